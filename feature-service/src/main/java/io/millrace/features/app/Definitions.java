package io.millrace.features.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.features.app.DefinitionPlan.Broken;
import io.millrace.features.app.DefinitionPlan.Change;
import io.millrace.features.app.DefinitionPlan.Outcome;
import io.millrace.features.domain.DefinitionDifference;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.features.kernel.definition.DefinitionKey.Kind;
import io.millrace.features.kernel.definition.DefinitionReader;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Plans, applies, lists and retires definitions of all kinds. */
@ApplicationScoped
public class Definitions {
    /** The most definitions that are kept, of all kinds and versions together. */
    public static final int MAX_VERSIONS = 10_000;

    private final Catalog catalog;
    private final DefinitionStore store;
    private final Ingestions ingestions;
    private final Backfills backfills;
    private final DefinitionReader reader = new DefinitionReader();

    public Definitions(Catalog catalog, DefinitionStore store, Ingestions ingestions, Backfills backfills) {
        this.catalog = catalog;
        this.store = store;
        this.ingestions = ingestions;
        this.backfills = backfills;
    }

    /**
     * How to apply.
     *
     * @param dryRun check and report only
     * @param project remembers the definitions as this project's; empty not to
     * @param prune retire what the project has and the files do not
     * @param force also where others read what goes
     */
    public record Mode(boolean dryRun, String project, boolean prune, boolean force) {
        /** Applies without a project. */
        public static final Mode PLAIN = new Mode(false, "", false, false);

        /** Checks and reports only. */
        public static final Mode DRY = new Mode(true, "", false, false);
    }

    /** A version with what is known of its ingestion. */
    public record Summary(FeatureView view, boolean isDefault, boolean isActive, IngestionReport ingestion) {}

    /** A definition of any kind, with the project that applied it last; empty where it was none. */
    public record Listed(DefinitionKey key, String yaml, boolean isDefault, boolean isActive, String project) {}

    /** What applying needs to know of the state before and behind it. */
    private record Draft(
            DefinitionSet now, DefinitionSet wanted, DefinitionSet next, List<Outcome> outcomes, List<Broken> broken) {
        Set<DefinitionKey> retired() {
            var retired = new HashSet<DefinitionKey>();
            outcomes.stream()
                    .filter(outcome -> outcome.change() == Change.RETIRED)
                    .forEach(outcome -> retired.add(outcome.key()));
            return retired;
        }
    }

    /**
     * Applies definition files, all or none, or says what that would do. Applying what is there changes nothing; documents of other kinds are passed
     * over.
     *
     * @throws Refusal with every fault of every file; where nothing but a report is asked for, with nothing else. Otherwise also where a served version
     *     would change, or where others read what goes
     */
    public synchronized DefinitionPlan apply(List<DefinitionFile> files, Mode mode) {
        store.requireCurrent();
        Draft draft = draft(files, mode);
        if (mode.dryRun()) {
            return new DefinitionPlan(
                    draft.outcomes(),
                    draft.broken(),
                    draft.outcomes().stream()
                            .filter(outcome -> outcome.change() == Change.CREATED)
                            .flatMap(outcome -> Optional.ofNullable(
                                    draft.wanted().views().get(outcome.key().id()))
                                    .filter(_ -> outcome.key().kind() == Kind.FEATURE_VIEW)
                                    .stream())
                            .map(backfills::of)
                            .toList(),
                    ServiceFeatures.all(draft.next()));
        }
        refuseChanged(draft.outcomes().stream()
                .filter(outcome -> outcome.change() == Change.NEEDS_NEW_VERSION)
                .flatMap(outcome -> outcome.fields().stream()
                        .map(field -> new Refusal.Detail(outcome.key().id().toString(), field)))
                .toList());
        Breaks.refuse(draft.broken(), mode.force());
        if (draft.next().keys().size() > MAX_VERSIONS) {
            throw new Refusal(
                    FeatureReason.INVALID_DEFINITION,
                    "there would be more than " + MAX_VERSIONS + " versions; retire some first");
        }
        Map<String, Optional<String>> changes = changes(draft, mode.project());
        if (!changes.isEmpty()) {
            store.write(changes);
            settle(draft);
        }
        return new DefinitionPlan(draft.outcomes(), draft.broken(), List.of(), List.of());
    }

    private Draft draft(List<DefinitionFile> files, Mode mode) {
        if (!mode.project().isEmpty()) {
            Names.requireProject(mode.project());
        }
        if (files.isEmpty() && !(mode.prune() && !mode.project().isEmpty())) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no definition files are given");
        }
        DefinitionSet now = catalog.definitions();
        var faults = new Faults();
        DefinitionSet wanted = reader.read(files, now, faults);
        if (!faults.isEmpty()) {
            refuse(faults);
        }
        var outcomes = new ArrayList<Outcome>();
        for (DefinitionKey key : wanted.keys()) {
            outcomes.add(outcome(key, now, wanted));
        }
        DefinitionSet.Builder next = now.and(wanted).with();
        catalog.projects().getOrDefault(mode.project(), Set.of()).stream()
                .filter(key -> now.keys().contains(key) && !wanted.keys().contains(key))
                .sorted(DefinitionKey.ORDER)
                .forEach(key -> {
                    outcomes.add(new Outcome(key, mode.prune() ? Change.RETIRED : Change.ORPHANED, List.of()));
                    if (mode.prune()) {
                        next.remove(key);
                    }
                });
        DefinitionSet after = next.build();
        var draft = new Draft(now, wanted, after, outcomes, new ArrayList<>());
        draft.broken().addAll(Breaks.of(now, after, draft.retired()));
        return draft;
    }

    private static Outcome outcome(DefinitionKey key, DefinitionSet now, DefinitionSet wanted) {
        if (!now.keys().contains(key)) {
            return new Outcome(key, Change.CREATED, List.of());
        }
        Optional<String> content = DefinitionDifference.content(now, wanted, key);
        if (content.isPresent() && !DefinitionDifference.mayChange(key)) {
            return new Outcome(key, Change.NEEDS_NEW_VERSION, List.of(content.get()));
        }
        var fields = new ArrayList<>(DefinitionDifference.words(now, wanted, key));
        content.ifPresent(fields::add);
        if (now.isActive(key) != now.and(wanted).isActive(key)) {
            fields.add("active");
        }
        return new Outcome(key, fields.isEmpty() ? Change.UNCHANGED : Change.UPDATED, fields);
    }

    /** What is to be written; nothing where everything is there already. */
    private Map<String, Optional<String>> changes(Draft draft, String project) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        for (Outcome outcome : draft.outcomes()) {
            boolean active = draft.next().isActive(outcome.key());
            boolean turns = active != draft.now().isActive(outcome.key());
            // Heard one after the other: what is not active must never be meant by its name alone, not for a moment.
            if (turns && !active) {
                changes.put(LogKeys.ofInactive(outcome.key()), LogKeys.inactive(false));
            }
            switch (outcome.change()) {
                case CREATED, UPDATED ->
                    changes.put(LogKeys.of(outcome.key()), Optional.of(value(outcome.key(), draft.wanted(), draft)));
                case RETIRED -> changes.put(LogKeys.of(outcome.key()), Optional.empty());
                case UNCHANGED, ORPHANED, NEEDS_NEW_VERSION -> {}
            }
            if (turns && active) {
                changes.put(LogKeys.ofInactive(outcome.key()), LogKeys.inactive(true));
            }
        }
        if (!project.isEmpty()) {
            changes.putAll(memberships(draft, project));
        }
        return changes;
    }

    /** A definition with the entity that it names: what the log keeps under a key can be read without any other key. */
    private static String value(DefinitionKey key, DefinitionSet of, Draft draft) {
        String yaml = of.yaml(key).orElseThrow();
        FeatureView view = key.kind() == Kind.FEATURE_VIEW ? of.views().get(key.id()) : null;
        if (view == null) {
            return yaml;
        }
        DefinitionSet all = draft.now().and(draft.wanted());
        return Optional.ofNullable(all.entities().get(view.entity()))
                .map(entity -> yaml + "---\n" + entity.yaml())
                .orElse(yaml);
    }

    /** A definition is the project's that applied it last. */
    private Map<String, Optional<String>> memberships(Draft draft, String project) {
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        Map<String, Set<DefinitionKey>> projects = new LinkedHashMap<>(catalog.projects());
        projects.putIfAbsent(project, Set.of());
        projects.forEach((name, before) -> {
            var members = new HashSet<>(before);
            members.removeIf(key -> !draft.next().keys().contains(key));
            if (name.equals(project)) {
                members.addAll(draft.wanted().keys());
            } else {
                members.removeAll(draft.wanted().keys());
            }
            if (!members.equals(before)) {
                changes.put(LogKeys.ofProject(name), LogKeys.members(members));
            }
        });
        return changes;
    }

    private static void refuse(Faults faults) {
        List<Refusal.Detail> details = faults.all().stream()
                .map(fault -> new Refusal.Detail(fault.place().toString(), fault.message()))
                .toList();
        throw new Refusal(
                FeatureReason.INVALID_DEFINITION,
                details.size() == 1
                        ? "the definitions have a fault"
                        : "the definitions have " + details.size() + " faults",
                details);
    }

    /**
     * Another replica may have applied another definition of the same version a moment earlier. That one counts; it is written again behind ours,
     * so that it is also the one that compaction keeps.
     */
    private void settle(Draft draft) {
        DefinitionSet heard = catalog.definitions();
        var changed = new ArrayList<Refusal.Detail>();
        Map<String, Optional<String>> earlier = new LinkedHashMap<>();
        for (Outcome outcome : draft.outcomes()) {
            DefinitionKey key = outcome.key();
            if (outcome.change() == Change.CREATED
                    && !DefinitionDifference.mayChange(key)
                    && heard.keys().contains(key)) {
                DefinitionDifference.content(heard, draft.wanted(), key).ifPresent(field -> {
                    changed.add(new Refusal.Detail(key.id().toString(), field));
                    earlier.put(LogKeys.of(key), Optional.of(value(key, heard, draft)));
                });
            }
        }
        if (!earlier.isEmpty()) {
            store.write(earlier);
        }
        refuseChanged(changed);
    }

    private static void refuseChanged(List<Refusal.Detail> changed) {
        if (!changed.isEmpty()) {
            Refusal.Detail first = changed.getFirst();
            throw new Refusal(
                    FeatureReason.SERVED_VERSION_CHANGED,
                    first.where() + " is served and does not change: '" + first.what()
                            + "' differs; give the new definition a new version",
                    changed);
        }
    }

    /**
     * Says whether a name without a version may mean this one. A version that is not active goes on: it takes its events up, and answers to
     * {@code name@version}. Nothing happens where it is so already.
     *
     * @throws Refusal as {@link #retire}; {@link FeatureReason#MALFORMED_REQUEST} for what has no version
     */
    public synchronized void setActive(DefinitionKey key, boolean active, boolean force) {
        DefinitionSet now = requireThere(key);
        if (key.id().version().isEmpty()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST,
                    key + " has no version; versions alone are made active, and not so any more");
        }
        if (now.isActive(key) != active) {
            Breaks.refuse(Breaks.of(now, now.with().setActive(key, active).build(), Set.of()), force);
            store.write(Map.of(LogKeys.ofInactive(key), LogKeys.inactive(active)));
        }
    }

    private DefinitionSet requireThere(DefinitionKey key) {
        Names.require("A definition", key.id().toString());
        store.requireCurrent();
        DefinitionSet now = catalog.definitions();
        if (!now.keys().contains(key)) {
            throw key.kind() == Kind.FEATURE_VIEW
                    ? catalog.unknownView(key.id().toString())
                    : new Refusal(
                            FeatureReason.DEFINITION_NOT_FOUND, key.kind().word() + " " + key.id() + " does not exist");
        }
        return now;
    }

    /**
     * Takes a definition away; that of a view stops and its state is deleted. A name without a version means the next newest one then.
     *
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND}, {@link FeatureReason#DEFINITION_NOT_FOUND}, or {@link FeatureReason#DEFINITION_IN_USE}
     */
    public synchronized void retire(DefinitionKey key, boolean force) {
        DefinitionSet now = requireThere(key);
        DefinitionSet next = now.with().remove(key).build();
        Breaks.refuse(Breaks.of(now, next, Set.of(key)), force);
        Map<String, Optional<String>> changes = new LinkedHashMap<>();
        changes.put(LogKeys.of(key), Optional.empty());
        if (!now.isActive(key)) {
            changes.put(LogKeys.ofInactive(key), Optional.empty());
        }
        catalog.projects().forEach((name, members) -> {
            if (members.contains(key)) {
                var left = new HashSet<>(members);
                left.remove(key);
                changes.put(LogKeys.ofProject(name), LogKeys.members(left));
            }
        });
        store.write(changes);
    }

    /** Stops a version of a view that nothing reads and deletes its state. */
    public void retire(ViewId id) {
        retire(DefinitionKey.view(id), false);
    }

    /**
     * What a feature service stands for.
     *
     * @param name {@code service} for the newest version, or {@code service@version}
     * @throws Refusal with {@link FeatureReason#FEATURE_SERVICE_NOT_FOUND}
     */
    public ServiceFeatures featureService(String name) {
        Names.require("A feature service", name);
        store.requireCurrent();
        return catalog.service(name);
    }

    /** All versions of views by name, then version. */
    public List<Summary> list() {
        store.requireCurrent();
        Map<ViewId, IngestionReport> reports = ingestions.reports();
        DefinitionSet all = catalog.definitions();
        Map<ViewId, FeatureView> described = all.views();
        return catalog.all().stream()
                .map(view -> new Summary(
                        described.getOrDefault(view.id(), view),
                        catalog.isDefault(view.id()),
                        all.isActive(DefinitionKey.view(view.id())),
                        reports.getOrDefault(view.id(), IngestionReport.NOT_STARTED)))
                .toList();
    }

    /** All definitions by kind, name, then version. */
    public List<Listed> listAll() {
        store.requireCurrent();
        DefinitionSet all = catalog.definitions();
        Map<DefinitionKey, String> owners = new LinkedHashMap<>();
        catalog.projects().forEach((project, keys) -> keys.forEach(key -> owners.put(key, project)));
        return all.keys().stream()
                .sorted(DefinitionKey.ORDER)
                .map(key -> new Listed(
                        key,
                        all.yaml(key).orElse(""),
                        all.isDefault(key),
                        all.isActive(key),
                        owners.getOrDefault(key, "")))
                .toList();
    }

    /**
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND}
     */
    public Summary get(ViewId id) {
        Names.require("A feature view", id.toString());
        return list().stream()
                .filter(summary -> summary.view().id().equals(id))
                .findFirst()
                .orElseThrow(() -> catalog.unknownView(id.toString()));
    }
}
