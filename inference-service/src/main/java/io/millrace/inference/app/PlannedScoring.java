package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.time.Duration;
import java.util.List;

/** Scores rows with models and deployments that need not be applied, by what scores requests and streams. Nothing is mirrored to shadows. */
public final class PlannedScoring {
    private final BatchScoring scoring;

    /** Finds the model or ensemble of a reference; whoever gives it keeps it. */
    @FunctionalInterface
    public interface Models {
        /** @throws Refusal MODEL_NOT_SERVING with why there is none */
        Found find(ModelReference model);

        record Found(ModelDefinition definition, HeldModel model) {}
    }

    /**
     * @param metrics what is counted is counted there: others than the service's own
     */
    public PlannedScoring(
            PipelineFeatures wanted, Routes routes, Models models, Explaining explaining, InferenceMetrics metrics) {
        this.scoring = new BatchScoring(
                (pipeline, reference) -> lease(pipeline, models.find(reference)),
                wanted,
                (_, _, _, _, _) -> {
                    throw new Refusal(InferenceReason.FEATURES_REFUSED, "planned features are not read online");
                },
                routes,
                (_, _, _, _) -> {},
                explaining,
                metrics);
    }

    /**
     * Scores, each row by the arm that it would go to.
     *
     * @param filled the pipeline with the features that it reads
     * @param features answers for these rows
     * @throws Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT, MODEL_FAILED, DEADLINE_EXCEEDED
     */
    public ScoredBatch score(Pipeline filled, List<ScoreRow> rows, FeatureLookup features, Duration patience) {
        return scoring.scoreSplit(filled, rows, features, new Deadline(patience));
    }

    private static ModelLease lease(Pipeline pipeline, Models.Found found) {
        ScoringPlan plan = ScoringPlan.of(pipeline, found.definition());
        if (!plan.faults().isEmpty()) {
            throw new Refusal(InferenceReason.MODEL_DOES_NOT_FIT, String.join("; ", plan.faults()));
        }
        return new ModelLease(found.model(), plan);
    }
}
