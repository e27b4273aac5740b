package io.millrace.features.app;

import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.InvalidDefinitionException;
import io.millrace.features.domain.DefinitionDifference;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.FeatureViewReader;
import io.millrace.gate.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Applies, lists and retires versions of feature views. */
@ApplicationScoped
public class Definitions {
    /** The most versions that are kept, of all views together. */
    public static final int MAX_VERSIONS = 10_000;

    private final Catalog catalog;
    private final DefinitionStore store;
    private final Ingestions ingestions;
    private final FeatureViewReader reader = new FeatureViewReader();

    public Definitions(Catalog catalog, DefinitionStore store, Ingestions ingestions) {
        this.catalog = catalog;
        this.store = store;
        this.ingestions = ingestions;
    }

    /** What applying did to one version. */
    public record Outcome(ViewId id, Change change) {}

    /** A version is new or it was there; it never changes. */
    public enum Change {
        CREATED,
        UNCHANGED
    }

    /** A version with what is known of its ingestion. */
    public record Summary(FeatureView view, boolean isDefault, IngestionReport ingestion) {}

    /**
     * Applies definition files, all or none. Applying what is there changes nothing; documents of other kinds are passed over.
     *
     * @param dryRun check and report only
     * @return one outcome per view, in the order of the files
     * @throws Refusal with every fault of every file, or naming the first field in which a served version would change
     */
    public synchronized List<Outcome> apply(List<DefinitionFile> files, boolean dryRun) {
        List<FeatureView> wanted = read(files);
        store.requireCurrent();
        var outcomes = new ArrayList<Outcome>();
        var created = new ArrayList<FeatureView>();
        var changed = new ArrayList<Refusal.Detail>();
        for (FeatureView view : wanted) {
            Optional<FeatureView> served = catalog.find(view.id());
            if (served.isEmpty()) {
                created.add(view);
            } else {
                DefinitionDifference.between(served.get(), view)
                        .ifPresent(field ->
                                changed.add(new Refusal.Detail(view.id().toString(), field)));
            }
            outcomes.add(new Outcome(view.id(), served.isEmpty() ? Change.CREATED : Change.UNCHANGED));
        }
        refuseChanged(changed);
        if (catalog.all().size() + created.size() > MAX_VERSIONS) {
            throw new Refusal(
                    FeatureReason.INVALID_DEFINITION,
                    "there would be more than " + MAX_VERSIONS + " versions; retire some first");
        }
        if (!dryRun && !created.isEmpty()) {
            store.put(created);
            settle(created);
        }
        return outcomes;
    }

    private List<FeatureView> read(List<DefinitionFile> files) {
        if (files.isEmpty()) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no definition files are given");
        }
        try {
            return reader.read(files);
        } catch (InvalidDefinitionException e) {
            List<Refusal.Detail> faults = e.faults().stream()
                    .map(fault -> new Refusal.Detail(fault.place().toString(), fault.message()))
                    .toList();
            throw new Refusal(
                    FeatureReason.INVALID_DEFINITION,
                    faults.size() == 1
                            ? "the definitions have a fault"
                            : "the definitions have " + faults.size() + " faults",
                    faults);
        }
    }

    /**
     * Another replica may have applied another definition of the same version a moment earlier. That one counts; it is written again behind ours,
     * so that it is also the one that compaction keeps.
     */
    private void settle(List<FeatureView> created) {
        var changed = new ArrayList<Refusal.Detail>();
        var earlier = new ArrayList<FeatureView>();
        for (FeatureView view : created) {
            catalog.find(view.id()).ifPresent(served -> DefinitionDifference.between(served, view)
                    .ifPresent(field -> {
                        changed.add(new Refusal.Detail(view.id().toString(), field));
                        earlier.add(served);
                    }));
        }
        if (!earlier.isEmpty()) {
            store.put(earlier);
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
     * Stops a version and deletes its state.
     *
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND}
     */
    public synchronized void retire(ViewId id) {
        store.requireCurrent();
        if (catalog.find(id).isEmpty()) {
            throw ReadPlan.unknownView(id.toString());
        }
        store.remove(id);
    }

    /** All versions by name, then version. */
    public List<Summary> list() {
        store.requireCurrent();
        Map<ViewId, IngestionReport> reports = ingestions.reports();
        return catalog.all().stream()
                .map(view -> new Summary(
                        view,
                        catalog.isDefault(view.id()),
                        reports.getOrDefault(view.id(), IngestionReport.NOT_STARTED)))
                .toList();
    }

    /**
     * @throws Refusal with {@link FeatureReason#VIEW_NOT_FOUND}
     */
    public Summary get(ViewId id) {
        return list().stream()
                .filter(summary -> summary.view().id().equals(id))
                .findFirst()
                .orElseThrow(() -> ReadPlan.unknownView(id.toString()));
    }
}
