package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.app.ModelRepository.Contents;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.app.queue.Lanes;
import io.millrace.inference.app.watch.ReferenceFiles;
import io.millrace.inference.app.watch.References;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.VersionOrder;
import io.millrace.inference.domain.VersionPolicy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The model versions that serve. A version serves once it was read, checked and warmed up; one that changes in the repository is swapped in the same
 * way, and goes on serving as it was while what replaces it is refused. Thread-safe: {@link #lease} never waits for a load.
 */
@ApplicationScoped
public class ModelCatalog {
    private static final Logger LOG = Logger.getLogger(ModelCatalog.class);

    private final ModelRepository repository;
    private final ModelLoader loader;
    private final ModelPolicies policies;
    /** By name, and then oldest first. */
    private final Map<String, NavigableMap<String, ModelEntry>> models = new ConcurrentHashMap<>();

    private final ReentrantLock loading = new ReentrantLock();
    /** Models that were unloaded by hand. */
    private final Set<String> withheld = ConcurrentHashMap.newKeySet();

    private volatile @Nullable String failure = "not looked at yet";

    /**
     * A version of a model.
     *
     * @param reason why it, or what replaces it in the repository, was refused or is withheld; else empty
     * @param digest of the file that serves; empty where none does
     */
    public record Listing(String name, String version, ModelState state, String reason, String digest) {}

    /** A catalog that tells nobody what it does. */
    public ModelCatalog(ModelRepository repository, ModelEngine engine) {
        this(repository, engine, EventLog.NONE);
    }

    /** With the defaults of how models are run. */
    public ModelCatalog(ModelRepository repository, ModelEngine engine, EventLog events) {
        this(repository, engine, Lanes.byDefault(Clock.systemUTC()), events, new References(ReferenceFiles.NONE));
    }

    @Inject
    public ModelCatalog(
            ModelRepository repository, ModelEngine engine, Lanes lanes, EventLog events, References references) {
        this.repository = repository;
        this.loader = new ModelLoader(repository, engine, lanes, events, references);
        this.policies = new ModelPolicies(repository);
    }

    /** Looks at the repository: loads what is new, swaps what changed, lets go of what vanished or is not wanted any more. One at a time. */
    public void refresh() {
        loading.lock();
        try {
            Contents contents = repository.look();
            var candidates = new TreeMap<String, List<Candidate>>();
            for (Candidate candidate : contents.versions()) {
                candidates
                        .computeIfAbsent(candidate.name(), _ -> new ArrayList<>())
                        .add(candidate);
            }
            candidates.forEach((name, versions) -> {
                versions.sort(Comparator.comparing(Candidate::version, new VersionOrder())
                        .reversed());
                publish(name, bring(name, versions, contents.policies().get(name)));
            });
            for (String name : List.copyOf(models.keySet())) {
                if (!candidates.containsKey(name)) {
                    publish(name, Collections.emptyNavigableMap());
                }
            }
            failure = null;
        } catch (IOException e) {
            String now = "the model repository cannot be looked at: " + e;
            if (!now.equals(failure)) {
                LOG.warnf("%s; what serves goes on", now);
            }
            failure = now;
        } finally {
            loading.unlock();
        }
    }

    /** Why the last look failed, or null. */
    public @Nullable String failure() {
        return failure;
    }

    /** All versions by name, then oldest first. */
    public List<Listing> list() {
        var listings = new ArrayList<Listing>();
        new TreeMap<>(models).forEach((name, versions) -> {
            String newest = versions.descendingMap().entrySet().stream()
                    .filter(entry -> entry.getValue().serving() != null)
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElse("");
            versions.forEach((version, entry) -> listings.add(entry.listing(name, version, version.equals(newest))));
        });
        return listings;
    }

    /**
     * A version for the pipeline: the one that it names, or the newest that serves and fits.
     *
     * @throws Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT
     */
    ModelLease lease(Pipeline pipeline) {
        return lease(pipeline, pipeline.model());
    }

    /** The same with another model in place of the pipeline's. */
    ModelLease lease(Pipeline pipeline, ModelReference reference) {
        while (true) {
            List<ServedModel> serving = serving(reference);
            if (serving.isEmpty()) {
                throw new Refusal(InferenceReason.MODEL_NOT_SERVING, notServing(reference));
            }
            boolean closed = false;
            for (ServedModel model : serving) {
                ScoringPlan plan = model.plan(pipeline);
                if (plan.faults().isEmpty()) {
                    if (model.acquire()) {
                        return new ModelLease(new ModelUse(model), plan);
                    }
                    closed = true;
                }
            }
            if (!closed) {
                throw new Refusal(
                        InferenceReason.MODEL_DOES_NOT_FIT,
                        String.join("; ", serving.getFirst().plan(pipeline).faults()));
            }
        }
    }

    /** Whether there is a model of this name, serving or refused. */
    public boolean knows(String name) {
        return models.containsKey(name);
    }

    /** The versions that serve, oldest first; empty where the model is not there. */
    public List<String> serving(String name) {
        NavigableMap<String, ModelEntry> versions = models.get(name);
        return versions == null
                ? List.of()
                : versions.entrySet().stream()
                        .filter(entry -> entry.getValue().serving() != null)
                        .map(Map.Entry::getKey)
                        .toList();
    }

    /**
     * What calls of a version came to.
     *
     * @param pending calls that wait for their run
     * @param batching how calls are joined; empty where they are not
     */
    public record Tallied(String name, String version, ModelTally tally, int pending, Optional<BatchChoice> batching) {}

    /** The tallies of all versions that serve, by name, then oldest first. */
    public List<Tallied> tallies() {
        var tallies = new ArrayList<Tallied>();
        new TreeMap<>(models)
                .forEach((name, versions) -> versions.forEach((version, entry) -> {
                    if (entry.serving() != null) {
                        ServedModel model = entry.serving();
                        tallies.add(new Tallied(
                                name,
                                version,
                                model.tally(),
                                model.lane().pending(),
                                model.lane().batching()));
                    }
                }));
        return tallies;
    }

    /**
     * A version for a call: the one that is named, or the newest that serves.
     *
     * @throws Refusal MODEL_NOT_FOUND where there is none of that name or number; MODEL_UNAVAILABLE where it is refused or was unloaded
     */
    public ModelUse use(String name, Optional<String> version) {
        while (true) {
            ServedModel newest = newest(name, version);
            if (newest == null) {
                boolean there = version.isPresent() ? entry(name, version.get()) != null : knows(name);
                throw new Refusal(
                        there ? InferenceReason.MODEL_UNAVAILABLE : InferenceReason.MODEL_NOT_FOUND,
                        notServing(new ModelReference(name, version)));
            }
            if (newest.acquire()) {
                return new ModelUse(newest);
            }
        }
    }

    /**
     * What does not fit between the pipeline and the model that it would be scored with; nothing where none is there yet.
     *
     * @param pipeline with the features that it reads
     */
    List<String> check(Pipeline pipeline) {
        return check(pipeline, pipeline.model(), Set.of());
    }

    /** The same with another model in place of the pipeline's. */
    List<String> check(Pipeline pipeline, ModelReference reference, Set<String> also) {
        List<ServedModel> serving = serving(reference);
        if (serving.isEmpty()) {
            return reference
                    .version()
                    .map(version -> entry(reference.name(), version))
                    .map(ModelEntry::refusal)
                    .map(_ -> List.of(notServing(reference)))
                    .orElse(List.of());
        }
        ScoringPlan plan = ScoringPlan.of(pipeline, serving.getFirst().definition(), also);
        var faults = new ArrayList<>(plan.faults());
        faults.addAll(plan.remarks());
        return faults;
    }

    /**
     * Brings a model back that was unloaded, and looks at the repository now.
     *
     * @throws Refusal MODEL_NOT_FOUND; MODEL_UNAVAILABLE where none of its versions serves afterwards, with the reasons
     */
    public void load(String name) {
        withheld.remove(name);
        refresh();
        try (ModelUse model = use(name, Optional.empty())) {
            LOG.infof(
                    "Model %s was loaded by hand; %s is its newest version",
                    name, model.identity().version());
        }
    }

    /**
     * Lets go of all versions of a model until {@link #load}, or until the service starts again.
     *
     * @throws Refusal MODEL_NOT_FOUND
     */
    public void unload(String name) {
        if (!knows(name)) {
            throw new Refusal(InferenceReason.MODEL_NOT_FOUND, "model '" + name + "' is not in the repository");
        }
        withheld.add(name);
        refresh();
    }

    /** Places among the pipeline's features of those that the model that it would be scored with takes as numbers; none where no such serves yet. */
    Set<Integer> takenAsNumbers(Pipeline pipeline, ModelReference reference) {
        ServedModel model = newest(reference.name(), reference.version());
        return model == null
                ? Set.of()
                : ScoringPlan.of(pipeline, model.definition()).numbers();
    }

    /** Whether a call that came now would be refused for those that wait; then it is counted as one that was. */
    public boolean refuses(String name, Optional<String> version) {
        ServedModel model = newest(name, version);
        return model != null && model.lane().refuses();
    }

    private @Nullable ServedModel newest(String name, Optional<String> version) {
        return ModelEntry.newest(models.getOrDefault(name, Collections.emptyNavigableMap()), version);
    }

    /** What becomes of a model's versions, which come newest first. */
    private NavigableMap<String, ModelEntry> bring(
            String name, List<Candidate> versions, @Nullable String policyFingerprint) {
        NavigableMap<String, ModelEntry> before = models.getOrDefault(name, Collections.emptyNavigableMap());
        var after = new TreeMap<String, ModelEntry>(new VersionOrder());
        VersionPolicy policy;
        try {
            policy = policies.of(name, policyFingerprint);
        } catch (ModelRefusedException e) {
            for (Candidate candidate : versions) {
                ModelEntry known = before.get(candidate.version());
                boolean serves = known != null && known.serving() != null;
                after.put(candidate.version(), serves ? known : ModelEntry.refused(e));
            }
            return after;
        }
        int serving = 0;
        for (Candidate candidate : versions) {
            ModelEntry entry;
            if (withheld.contains(name)) {
                entry = ModelEntry.withheld("unloaded");
            } else if (!policy.wants(candidate.version(), serving)) {
                entry = ModelEntry.withheld("the version policy leaves it out: " + policy);
            } else {
                entry = bring(candidate, before.get(candidate.version()));
            }
            after.put(candidate.version(), entry);
            serving += entry.serving() == null ? 0 : 1;
        }
        return after;
    }

    private ModelEntry bring(Candidate candidate, @Nullable ModelEntry known) {
        if (known != null && known.fingerprint().equals(candidate.fingerprint())) {
            return known;
        }
        ServedModel old = known == null ? null : known.serving();
        try {
            ServedModel loaded = loader.load(candidate, old, known == null ? null : known.refusal());
            return new ModelEntry(candidate.fingerprint(), loaded, null, false);
        } catch (ModelRefusedException e) {
            boolean mayPass = e.fault() == ModelFault.UNREADABLE;
            return new ModelEntry(mayPass ? "" : candidate.fingerprint(), old, e.getMessage(), false);
        }
    }

    /** Lets calls see what became of a model, and then lets go of what they see no more. */
    private void publish(String name, NavigableMap<String, ModelEntry> after) {
        NavigableMap<String, ModelEntry> before = models.getOrDefault(name, Collections.emptyNavigableMap());
        if (after.isEmpty()) {
            models.remove(name);
        } else if (!after.equals(before)) {
            models.put(name, Collections.unmodifiableNavigableMap(after));
        }
        before.forEach((version, entry) -> {
            ServedModel old = entry.serving();
            ModelEntry now = after.get(version);
            if (old != null && (now == null || now.serving() != old)) {
                String why = now == null
                        ? "gone from the repository"
                        : now.serving() == null ? String.valueOf(now.refusal()) : "replaced";
                loader.unloaded(old, why);
            }
        });
    }

    private @Nullable ModelEntry entry(String name, String version) {
        NavigableMap<String, ModelEntry> versions = models.get(name);
        return versions == null ? null : versions.get(version);
    }

    /** What serves for the reference, newest first. */
    private List<ServedModel> serving(ModelReference reference) {
        if (reference.version().isPresent()) {
            ServedModel model = newest(reference.name(), reference.version());
            return model == null ? List.of() : List.of(model);
        }
        return models.getOrDefault(reference.name(), Collections.emptyNavigableMap()).descendingMap().values().stream()
                .map(ModelEntry::serving)
                .filter(Objects::nonNull)
                .toList();
    }

    private String notServing(ModelReference reference) {
        String title = "model '" + reference.name() + "'";
        if (!knows(reference.name())) {
            return title + " is not in the repository";
        }
        if (reference.version().isEmpty()) {
            return "no version of " + title + " serves"
                    + (withheld.contains(reference.name()) ? ": it was unloaded" : "");
        }
        ModelEntry entry = entry(reference.name(), reference.version().get());
        String versioned = title + " version '" + reference.version().get() + "'";
        return entry == null || entry.refusal() == null
                ? versioned + " is not in the repository"
                : versioned + (entry.withheld() ? " is not loaded: " : " is refused: ") + entry.refusal();
    }
}
