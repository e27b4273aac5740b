package io.millrace.inference.app.deploy;

import io.millrace.definitions.MapNode;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.EventLog;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineCheck;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.ensemble.HeldEnsembles;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.learn.OnlineModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code kind: Deployment}. The last definitions of each are kept beside it, {@code Deployment/<name>@<revision>}. */
@ApplicationScoped
public class DeploymentKind implements DefinitionKind<Deployment> {
    /** How many definitions of one deployment are kept, the one that holds included. */
    static final int REVISIONS = 10;

    private static final String KIND = "Deployment";
    private static final String REMOVED = "removed";

    private final ModelCatalog models;
    private final PipelineCheck pipelines;
    private final EventLog events;
    private final InstantSource clock;

    public DeploymentKind(ModelCatalog models, PipelineCheck pipelines, EventLog events, InstantSource clock) {
        this.models = models;
        this.pipelines = pipelines;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Class<Deployment> type() {
        return Deployment.class;
    }

    @Override
    public int max() {
        return 200;
    }

    @Override
    public Deployment read(MapNode root, String yaml) {
        return DeploymentReader.read(root, yaml);
    }

    @Override
    public List<String> differences(Deployment before, Deployment after) {
        var fields = new ArrayList<String>();
        DefinitionKind.compare(fields, "description", before.description(), after.description());
        DefinitionKind.compare(fields, "owner", before.owner(), after.owner());
        members(fields, "arms", arms(before), arms(after));
        members(fields, "shadow", shadows(before), shadows(after));
        DefinitionKind.compare(fields, "sticky", before.sticky(), after.sticky());
        DefinitionKind.compare(fields, "experiment", before.experiment(), after.experiment());
        DefinitionKind.compare(fields, "bandit", before.bandit(), after.bandit());
        return fields;
    }

    @Override
    public List<String> check(Deployment deployment, Definitions all, List<ServedFeatures> services) {
        var faults = new ArrayList<String>();
        String first = "arm '" + deployment.arms().getFirst().name() + "'";
        Signature base = null;
        Map<String, ModelReference> named = new LinkedHashMap<>();
        deployment.arms().forEach(arm -> named.put("arm '" + arm.name() + "'", arm.model()));
        deployment.shadows().forEach(shadow -> named.put("shadow '" + shadow.name() + "'", shadow.model()));
        for (Map.Entry<String, ModelReference> each : named.entrySet()) {
            Optional<Signature> signature = ensemble(each.getValue(), all)
                    .map(ensemble -> signature(each.getKey(), each.getValue(), ensemble, faults::add))
                    .orElseGet(() -> signature(each.getKey(), each.getValue(), faults::add));
            if (all.find(OnlineModel.class, each.getValue().name()).isPresent()) {
                // It takes tensors of its own: pipelines fill them, and whoever calls with others is refused.
                continue;
            }
            if (base == null) {
                base = signature.orElse(null);
            } else if (signature.isPresent()) {
                Signature other = signature.get();
                alike(first, base.inputs(), each.getKey(), other.inputs(), "takes", faults);
                alike(first, base.outputs(), each.getKey(), other.outputs(), "gives", faults);
            }
        }
        new EvidenceCheck(deployment, all, faults::add).check();
        if (faults.isEmpty()) {
            for (Pipeline pipeline : all.all(Pipeline.class).values()) {
                if (splits(deployment, pipeline)) {
                    pipelines
                            .check(pipeline, all, services)
                            .forEach(fault -> faults.add("pipeline '" + pipeline.name() + "': " + fault));
                }
            }
        }
        return faults;
    }

    /** A model goes before an ensemble of the same name. */
    private Optional<Ensemble> ensemble(ModelReference model, Definitions all) {
        return models.knows(model.name()) ? Optional.empty() : all.find(Ensemble.class, model.name());
    }

    /** Whether its models serve was asked when it was applied; where they do not, its calls are refused, as a model's are. */
    private static Optional<Signature> signature(
            String title, ModelReference model, Ensemble ensemble, Consumer<String> faults) {
        if (model.version().filter(given -> !given.equals(ensemble.version())).isPresent()) {
            faults.accept(title + ": ensemble '" + ensemble.name() + "' is of version " + ensemble.version() + ", not "
                    + model.version().get());
            return Optional.empty();
        }
        return Optional.of(ensemble.signature());
    }

    /** Whether the pipeline is scored by what the deployment says. */
    static boolean splits(Deployment deployment, Pipeline pipeline) {
        return pipeline.model().version().isEmpty() && pipeline.model().name().equals(deployment.name());
    }

    /** What stands against calling the models of the arms now; empty where all serve. */
    List<String> unserved(Deployment deployment, HeldEnsembles ensembles) {
        var faults = new ArrayList<String>();
        for (Arm arm : deployment.arms()) {
            signature("arm '" + arm.name() + "'", held(arm.model(), ensembles), faults::add);
        }
        return faults;
    }

    private Supplier<HeldModel> held(ModelReference model, HeldEnsembles ensembles) {
        return () -> models.knows(model.name()) || !ensembles.knows(model.name())
                ? models.use(model.name(), model.version())
                : ensembles.use(model.name(), model.version());
    }

    private Optional<Signature> signature(String title, ModelReference model, Consumer<String> faults) {
        return signature(title, held(model, HeldEnsembles.NONE), faults);
    }

    private static Optional<Signature> signature(String title, Supplier<HeldModel> held, Consumer<String> faults) {
        try (HeldModel use = held.get()) {
            return Optional.of(use.signature());
        } catch (Refusal refusal) {
            if (refusal.reason() != InferenceReason.MODEL_NOT_FOUND
                    && refusal.reason() != InferenceReason.MODEL_UNAVAILABLE) {
                throw refusal;
            }
            faults.accept(title + ": " + refusal.getMessage());
            return Optional.empty();
        }
    }

    /** Whoever calls does not know to which arm: all take and give the same tensors. */
    private static void alike(
            String first,
            List<TensorSpec> base,
            String title,
            List<TensorSpec> other,
            String verb,
            List<String> faults) {
        Comparator<TensorSpec> byName = Comparator.comparing(TensorSpec::name);
        List<TensorSpec> one = base.stream().sorted(byName).toList();
        List<TensorSpec> two = other.stream().sorted(byName).toList();
        if (!one.equals(two)) {
            faults.add(title + " " + verb + " " + words(two) + ", " + first + " " + words(one));
        }
    }

    private static List<String> words(List<TensorSpec> specs) {
        return specs.stream()
                .map(spec -> spec.name() + " " + spec.datatype() + " " + spec.shape())
                .toList();
    }

    @Override
    public Map<String, @Nullable String> changes(Deployment deployment, DefinitionCatalog catalog) {
        return changes(deployment, 0, catalog);
    }

    /** What is written where the definition is applied, or brought back from revision {@code restores}. */
    Map<String, @Nullable String> changes(Deployment deployment, long restores, DefinitionCatalog catalog) {
        NavigableMap<Long, Revision> before = revisions(deployment.name(), catalog);
        long number = Math.max(before.isEmpty() ? 0 : before.lastKey(), removed(deployment.name(), catalog)) + 1;
        var changes = new LinkedHashMap<String, @Nullable String>();
        before.keySet().stream()
                .filter(old -> old <= number - REVISIONS)
                .forEach(old -> changes.put(key(deployment.name()) + "@" + old, null));
        var revision = new Revision(number, clock.instant(), restores, deployment.yaml());
        changes.put(key(deployment.name()) + "@" + number, revision.text());
        changes.put(key(deployment.name()), deployment.yaml());
        return changes;
    }

    /** What is written where the deployment is removed. Outcomes name revisions by number alone: what was counted by them is not to be taken for that of a later deployment. */
    Map<String, @Nullable String> removal(String name, DefinitionCatalog catalog) {
        var changes = new LinkedHashMap<String, @Nullable String>();
        changes.put(key(name), null);
        Map<String, String> beside = catalog.beside(this, name);
        beside.keySet().forEach(rest -> changes.put(key(name) + "@" + rest, null));
        boolean counted = beside.keySet().stream().anyMatch(rest -> rest.startsWith("experiment."))
                || beside.containsKey(REMOVED)
                || catalog.find(Deployment.class, name)
                        .filter(held ->
                                held.experiment().isPresent() || held.bandit().isPresent())
                        .isPresent();
        NavigableMap<Long, Revision> revisions = Revision.all(beside);
        if (counted && !revisions.isEmpty()) {
            changes.put(key(name) + "@" + REMOVED, String.valueOf(revisions.lastKey()));
        }
        return changes;
    }

    private long removed(String name, DefinitionCatalog catalog) {
        String text = catalog.beside(this, name).getOrDefault(REMOVED, "");
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    @Override
    public void applied(Deployment deployment, DefinitionCatalog catalog) {
        NavigableMap<Long, Revision> revisions = revisions(deployment.name(), catalog);
        long number = revisions.isEmpty() ? 0 : revisions.lastKey();
        events.record(ServiceEvent.deploymentChanged(deployment.name(), "applied", Map.of("revision", number)));
    }

    /** The definitions that the deployment had, by number; the last is the one that holds. */
    NavigableMap<Long, Revision> revisions(String name, DefinitionCatalog catalog) {
        return Revision.all(catalog.beside(this, name));
    }

    private static Map<String, Map<String, Object>> arms(Deployment deployment) {
        var arms = new TreeMap<String, Map<String, Object>>();
        for (Arm arm : deployment.arms()) {
            arms.put(arm.name(), fields(arm.model(), "weight", arm.weight()));
        }
        return arms;
    }

    private static Map<String, Map<String, Object>> shadows(Deployment deployment) {
        var shadows = new TreeMap<String, Map<String, Object>>();
        for (Shadow shadow : deployment.shadows()) {
            shadows.put(shadow.name(), fields(shadow.model(), "sample", shadow.sample()));
        }
        return shadows;
    }

    private static Map<String, Object> fields(ModelReference model, String share, double percent) {
        return Map.of("model", model.name(), "version", model.version(), share, percent);
    }

    private static void members(
            List<String> fields,
            String name,
            Map<String, Map<String, Object>> before,
            Map<String, Map<String, Object>> after) {
        var names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String each : names) {
            Map<String, Object> was = before.get(each);
            Map<String, Object> is = after.get(each);
            if (was == null || is == null) {
                fields.add(name + "." + each);
            } else {
                new TreeMap<>(was).forEach((key, value) -> {
                    if (!value.equals(is.get(key))) {
                        fields.add(name + "." + each + "." + key);
                    }
                });
            }
        }
    }
}
