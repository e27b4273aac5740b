package io.millrace.inference.app.ensemble;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** An ensemble with models that were loaded for it, as one model in memory. The models are its caller's. */
public final class LoadedEnsemble implements LoadedModel {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Ensemble ensemble;
    private final Map<String, Part> parts;
    private final EnsemblePlan plan;
    private final ModelIdentity identity;

    /** The model of a step. */
    public record Part(ModelIdentity identity, LoadedModel model) {}

    /**
     * @param parts one for each step that runs a model, by its name
     * @throws Refusal MODEL_DOES_NOT_FIT where the ensemble and these models do not fit
     */
    public LoadedEnsemble(Ensemble ensemble, Map<String, Part> parts) {
        this.ensemble = ensemble;
        this.parts = Map.copyOf(parts);
        Map<String, Signature> signatures = new HashMap<>();
        parts.forEach((step, part) -> signatures.put(step, part.model().signature()));
        var found = new ArrayList<String>();
        this.plan = EnsemblePlan.of(
                        ensemble, signatures, (step, part, what) -> found.add(EnsembleReader.title(step) + what))
                .orElseThrow(() -> new Refusal(
                        InferenceReason.MODEL_DOES_NOT_FIT,
                        "ensemble '" + ensemble.name() + "' and its models do not fit: " + String.join("; ", found)));
        this.identity = EnsembleIdentity.of(ensemble, step -> part(step).identity());
    }

    private Part part(String step) {
        return Objects.requireNonNull(parts.get(step), "every step has its model");
    }

    public ModelIdentity identity() {
        return identity;
    }

    /** How pipelines fill it. */
    public ModelDefinition definition() {
        return EnsembleUse.definition(ensemble, identity.digest());
    }

    @Override
    public Signature signature() {
        return ensemble.signature();
    }

    @Override
    public String engine() {
        return identity.engine();
    }

    @Override
    public Inferred infer(List<Tensor> inputs) {
        int rows = Math.toIntExact(inputs.getFirst().shape().getFirst());
        long start = System.nanoTime();
        List<Tensor> outputs =
                plan.run(inputs, rows, (step, given) -> part(step).model().infer(given), new Deadline(PATIENCE));
        return new Inferred(outputs, 0, System.nanoTime() - start, 0);
    }

    @Override
    public void close() {}
}
