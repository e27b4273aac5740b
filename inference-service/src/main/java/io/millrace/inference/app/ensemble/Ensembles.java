package io.millrace.inference.app.ensemble;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelCatalog.Tallied;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.definition.DefinitionCatalog;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The ensembles that are applied, and how they are run. Thread-safe; answers from memory. */
@ApplicationScoped
public class Ensembles implements HeldEnsembles {
    private final DefinitionCatalog definitions;
    private final EnsembleKind kind;
    private final ModelCatalog models;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** An ensemble, what calls of it came to, and how it runs with the models that it was called with last. */
    private static final class Known {
        private final Ensemble ensemble;
        private final ModelTally tally = new ModelTally();
        private volatile @Nullable EnsemblePlan plan;

        private Known(Ensemble ensemble) {
            this.ensemble = ensemble;
        }

        /**
         * @throws Refusal MODEL_UNAVAILABLE where it and its models, as they are now, do not fit
         */
        EnsemblePlan plan(Map<String, Signature> signatures) {
            EnsemblePlan last = plan;
            if (last != null && last.isOf(ensemble, signatures)) {
                return last;
            }
            var found = new ArrayList<String>();
            EnsemblePlan made = EnsemblePlan.of(
                            ensemble, signatures, (step, part, what) -> found.add(EnsembleReader.title(step) + what))
                    .orElseThrow(() -> new Refusal(
                            InferenceReason.MODEL_UNAVAILABLE,
                            "ensemble '" + ensemble.name() + "' and its models do not fit: "
                                    + String.join("; ", found)));
            plan = made;
            return made;
        }
    }

    public Ensembles(DefinitionCatalog definitions, EnsembleKind kind, ModelCatalog models, InstantSource clock) {
        this.kind = kind;
        this.definitions = definitions;
        this.models = models;
        this.clock = clock;
        definitions.listen(Ensemble.class, this::changed);
    }

    private void changed(String name) {
        known.compute(name, (_, before) -> definitions
                .find(Ensemble.class, name)
                .map(now -> before != null && before.ensemble.equals(now) ? before : new Known(now))
                .orElse(null));
    }

    @Override
    public boolean knows(String name) {
        return known.containsKey(name);
    }

    public Optional<Ensemble> find(String name) {
        return Optional.ofNullable(known.get(name)).map(each -> each.ensemble);
    }

    /**
     * Removes the definition.
     *
     * @throws Refusal MODEL_NOT_FOUND, DEFINITIONS_UNAVAILABLE
     */
    public void remove(String name) {
        if (!knows(name)) {
            throw new Refusal(InferenceReason.MODEL_NOT_FOUND, "there is no ensemble '" + name + "'");
        }
        definitions.remove(kind, name);
    }

    /** All, by name. */
    public List<Ensemble> list() {
        return new TreeMap<>(known).values().stream().map(each -> each.ensemble).toList();
    }

    /** What calls came to since this process knows the definition, by name. */
    public List<Tallied> tallies() {
        return new TreeMap<>(known)
                .values().stream()
                        .map(each -> new Tallied(
                                each.ensemble.name(), each.ensemble.version(), each.tally, 0, Optional.empty()))
                        .toList();
    }

    @Override
    public EnsembleUse use(String name, Optional<String> version) {
        Known each = known.get(name);
        if (each == null) {
            throw new Refusal(InferenceReason.MODEL_NOT_FOUND, "there is no ensemble '" + name + "'");
        }
        Ensemble ensemble = each.ensemble;
        if (version.filter(given -> !given.equals(ensemble.version())).isPresent()) {
            throw new Refusal(
                    InferenceReason.MODEL_NOT_FOUND,
                    "ensemble '" + name + "' is of version " + ensemble.version() + ", asked for was " + version.get());
        }
        Map<ModelReference, ModelUse> held = new LinkedHashMap<>();
        boolean whole = false;
        try {
            Map<String, ModelUse> bySteps = new LinkedHashMap<>();
            Map<String, Signature> signatures = new HashMap<>();
            for (ModelStep step : ensemble.modelSteps()) {
                ModelUse model = held.computeIfAbsent(step.model(), _ -> hold(step));
                bySteps.put(step.name(), model);
                signatures.put(step.name(), model.signature());
            }
            var use = new EnsembleUse(
                    ensemble, each.plan(signatures), bySteps, List.copyOf(held.values()), each.tally, clock);
            whole = true;
            return use;
        } finally {
            if (!whole) {
                held.values().forEach(ModelUse::close);
            }
        }
    }

    private ModelUse hold(ModelStep step) {
        try {
            return models.use(step.model().name(), step.model().version());
        } catch (Refusal refusal) {
            throw new Refusal(
                    InferenceReason.MODEL_UNAVAILABLE,
                    EnsembleReader.title(step.name()) + refusal.getMessage(),
                    refusal);
        }
    }
}
