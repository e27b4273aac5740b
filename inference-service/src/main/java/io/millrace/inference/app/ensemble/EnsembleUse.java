package io.millrace.inference.app.ensemble;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.explain.ModelExplainer;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The use of an ensemble for one call; the versions of its models stay loaded until this is closed. */
public final class EnsembleUse implements HeldModel {
    private final Ensemble ensemble;
    private final EnsemblePlan plan;
    private final Map<String, ModelUse> models;
    private final List<ModelUse> held;
    private final ModelTally tally;
    private final InstantSource clock;
    private @Nullable ModelIdentity identity;

    EnsembleUse(
            Ensemble ensemble,
            EnsemblePlan plan,
            Map<String, ModelUse> models,
            List<ModelUse> held,
            ModelTally tally,
            InstantSource clock) {
        this.ensemble = ensemble;
        this.plan = plan;
        this.models = models;
        this.held = held;
        this.tally = tally;
        this.clock = clock;
    }

    public String name() {
        return ensemble.name();
    }

    public String version() {
        return ensemble.version();
    }

    /** The ensemble and, as its digest, that of its definition and of the models that are held: the same digest gives the same answers. */
    @Override
    public ModelIdentity identity() {
        ModelIdentity known = identity;
        if (known == null) {
            known = EnsembleIdentity.of(
                    ensemble, step -> there(models.get(step)).identity());
            identity = known;
        }
        return known;
    }

    @Override
    public ModelExplainer explainer() {
        return new ModelExplainer(
                definition(), List.of(), new ModelReading.Unread("is an ensemble, whose steps are not read as one"));
    }

    private static ModelUse there(@Nullable ModelUse model) {
        return Objects.requireNonNull(model, "every step's model is held");
    }

    /** The steps that run a model, in the author's order. */
    public List<ModelStep> modelSteps() {
        return ensemble.modelSteps();
    }

    @Override
    public Signature signature() {
        return ensemble.signature();
    }

    @Override
    public Output prediction() {
        return ensemble.prediction().orElseThrow();
    }

    /** How pipelines fill it, in the form of a model's. */
    public ModelDefinition definition() {
        return definition(ensemble, identity().digest());
    }

    /**
     * How pipelines fill an ensemble, in the form of a model's.
     *
     * @param digest empty where no models are held
     */
    public static ModelDefinition definition(Ensemble ensemble, String digest) {
        var inputs = new ArrayList<ModelDefinition.Input>();
        if (ensemble.prediction().isPresent()) {
            for (Ensemble.Input input : ensemble.inputs()) {
                inputs.add(new ModelDefinition.Input(
                        input.spec().name(), type(input.spec().datatype()), input.columns()));
            }
        }
        return new ModelDefinition(ensemble.name(), ensemble.version(), "", digest, inputs, ensemble.prediction());
    }

    private static TensorType type(Datatype datatype) {
        return TensorType.of(datatype)
                .orElseThrow(() -> new IllegalStateException("columns are read for types that pipelines fill alone"));
    }

    /**
     * Runs the steps, and counts that.
     *
     * @param inputs of the signature's names, types and shapes
     * @return all outputs of the signature, in its order; their data is not written to any more
     * @throws Refusal what its models throw, and INVALID_TENSOR; the message names the step
     */
    @Override
    public Inferred infer(List<Tensor> inputs, int rows, Deadline deadline) {
        long start = System.nanoTime();
        try {
            List<Tensor> outputs = plan.run(
                    inputs, rows, (step, given) -> there(models.get(step)).infer(given, rows, deadline), deadline);
            long nanos = System.nanoTime() - start;
            var run = new Inferred(outputs, 0, nanos, 0);
            tally.ran(rows, run);
            tally.answered(rows, 0, run, nanos, clock.millis());
            return run;
        } catch (RuntimeException failed) {
            tally.failed(Failure.of(failed), System.nanoTime() - start);
            throw failed;
        }
    }

    @Override
    public Inferred score(List<Tensor> inputs, int rows, Deadline deadline) {
        try {
            return infer(inputs, rows, deadline);
        } catch (Refusal refusal) {
            if (refusal.reason() != InferenceReason.INVALID_TENSOR) {
                throw refusal;
            }
            // Tensors of a pipeline are of the right form: some row is one that the expressions cannot take, and a
            // stream finds out which.
            throw new Refusal(InferenceReason.MODEL_FAILED, refusal.getMessage(), refusal);
        }
    }

    /** Counts a call that was not answered, after {@code nanos}. */
    public void refused(long nanos) {
        tally.failed(Failure.OTHER, nanos);
    }

    @Override
    public void close() {
        held.forEach(ModelUse::close);
    }
}
