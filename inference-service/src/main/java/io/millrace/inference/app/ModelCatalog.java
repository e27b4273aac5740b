package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.app.queue.Lanes;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.VersionOrder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
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
 * The model versions that serve. A version serves once it was read, checked and warmed up; one that changes on disk is swapped in the same
 * way, and goes on serving as it was while what replaces it is refused. Thread-safe: {@link #lease} never waits for a load.
 */
@ApplicationScoped
public class ModelCatalog {
    private static final Logger LOG = Logger.getLogger(ModelCatalog.class);

    private final ModelRepository repository;
    private final ModelEngine engine;
    private final Lanes lanes;
    private final ReentrantLock loading = new ReentrantLock();
    /** Models that were unloaded by hand. */
    private final Set<String> withheld = ConcurrentHashMap.newKeySet();

    private volatile Map<String, NavigableMap<String, Entry>> models = Map.of();
    private volatile @Nullable String failure = "not looked at yet";

    /**
     * A version of a model.
     *
     * @param reason why it, or what replaces it on disk, was refused; else empty
     * @param digest of the file that serves; empty where none does
     */
    public record Listing(String name, String version, ModelState state, String reason, String digest) {}

    /** What is known of a version: what serves, and why what is on disk does not. */
    private record Entry(
            String fingerprint,
            @Nullable ServedModel serving,
            @Nullable String refusal) {}

    @Inject
    public ModelCatalog(ModelRepository repository, ModelEngine engine, Lanes lanes) {
        this.repository = repository;
        this.engine = engine;
        this.lanes = lanes;
    }

    /** With the defaults of how models are run. */
    public ModelCatalog(ModelRepository repository, ModelEngine engine) {
        this(repository, engine, Lanes.byDefault(Clock.systemUTC()));
    }

    /** Looks at the repository: loads what is new, swaps what changed, lets go of what vanished. One at a time. */
    public void refresh() {
        loading.lock();
        try {
            Map<String, NavigableMap<String, Entry>> before = models;
            var after = new HashMap<String, NavigableMap<String, Entry>>();
            for (Candidate candidate : repository.look()) {
                Entry known = entry(before, candidate.name(), candidate.version());
                after.computeIfAbsent(candidate.name(), _ -> new TreeMap<>(new VersionOrder()))
                        .put(candidate.version(), bring(candidate, known));
            }
            models = Map.copyOf(after);
            failure = null;
            letGo(before, after);
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
            versions.forEach((version, entry) -> listings.add(listing(name, version, entry, version.equals(newest))));
        });
        return listings;
    }

    /**
     * A version for the pipeline: the one that it names, or the newest that serves and fits.
     *
     * @throws Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT
     */
    ModelLease lease(Pipeline pipeline) {
        while (true) {
            List<ServedModel> serving = serving(pipeline.model());
            if (serving.isEmpty()) {
                throw new Refusal(InferenceReason.MODEL_NOT_SERVING, notServing(pipeline.model()));
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
        NavigableMap<String, Entry> versions = models.get(name);
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
        var reference = new ModelReference(name, version);
        while (true) {
            List<ServedModel> serving = serving(reference);
            if (serving.isEmpty()) {
                boolean there = version.isPresent() ? entry(models, name, version.get()) != null : knows(name);
                throw new Refusal(
                        there ? InferenceReason.MODEL_UNAVAILABLE : InferenceReason.MODEL_NOT_FOUND,
                        notServing(reference));
            }
            ServedModel newest = serving.getFirst();
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
        List<ServedModel> serving = serving(pipeline.model());
        if (serving.isEmpty()) {
            return pipeline.model()
                    .version()
                    .map(version -> entry(models, pipeline.model().name(), version))
                    .map(Entry::refusal)
                    .map(_ -> List.of(notServing(pipeline.model())))
                    .orElse(List.of());
        }
        ScoringPlan plan = ScoringPlan.of(pipeline, serving.getFirst().definition());
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

    /** Places among the pipeline's features of those that the model takes that it would be scored with; none where no such serves yet. */
    Set<Integer> taken(Pipeline pipeline) {
        return serving(pipeline.model()).stream()
                .findFirst()
                .map(model -> ScoringPlan.of(pipeline, model.definition()).features())
                .orElse(Set.of());
    }

    private Entry bring(Candidate candidate, @Nullable Entry known) {
        if (withheld.contains(candidate.name())) {
            return new Entry("", null, "unloaded");
        }
        if (known != null && known.fingerprint().equals(candidate.fingerprint())) {
            return known;
        }
        String title = candidate.name() + " " + candidate.version();
        ServedModel old = known == null ? null : known.serving();
        try {
            ModelFile file = repository.read(candidate);
            if (old != null && old.definition().equals(file.definition())) {
                return new Entry(candidate.fingerprint(), old, null);
            }
            var loaded = new ServedModel(file.definition(), engine.load(file), lanes);
            LOG.infof("Model %s serves: %s", title, file.definition().digest());
            return new Entry(candidate.fingerprint(), loaded, null);
        } catch (ModelRefusedException e) {
            LOG.warnf(
                    "Model %s is refused%s: %s",
                    title, old == null ? "" : ", what served before goes on serving", e.getMessage());
            boolean mayPass = e.fault() == ModelFault.UNREADABLE;
            return new Entry(mayPass ? "" : candidate.fingerprint(), old, e.getMessage());
        }
    }

    private static void letGo(
            Map<String, NavigableMap<String, Entry>> before, Map<String, NavigableMap<String, Entry>> after) {
        before.forEach((name, versions) -> versions.forEach((version, entry) -> {
            ServedModel old = entry.serving();
            Entry now = entry(after, name, version);
            if (old != null && (now == null || now.serving() != old)) {
                LOG.infof(
                        "Model %s %s with digest %s is let go of",
                        name, version, old.definition().digest());
                old.release();
            }
        }));
    }

    private static @Nullable Entry entry(Map<String, NavigableMap<String, Entry>> models, String name, String version) {
        NavigableMap<String, Entry> versions = models.get(name);
        return versions == null ? null : versions.get(version);
    }

    /** What serves for the reference, newest first. */
    private List<ServedModel> serving(ModelReference reference) {
        NavigableMap<String, Entry> versions = models.get(reference.name());
        if (versions == null) {
            return List.of();
        }
        if (reference.version().isPresent()) {
            Entry entry = versions.get(reference.version().get());
            ServedModel model = entry == null ? null : entry.serving();
            return model == null ? List.of() : List.of(model);
        }
        return versions.descendingMap().values().stream()
                .map(Entry::serving)
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
        Entry entry = entry(models, reference.name(), reference.version().get());
        String versioned = title + " version '" + reference.version().get() + "'";
        return entry == null || entry.refusal() == null
                ? versioned + " is not in the repository"
                : versioned + " is refused: " + entry.refusal();
    }

    private static Listing listing(String name, String version, Entry entry, boolean newest) {
        ServedModel serving = entry.serving();
        String reason = Objects.requireNonNullElse(entry.refusal(), "");
        if (serving == null) {
            return new Listing(name, version, ModelState.REFUSED, reason, "");
        }
        ModelState state = newest ? ModelState.SERVING : ModelState.AVAILABLE;
        return new Listing(name, version, state, reason, serving.definition().digest());
    }
}
