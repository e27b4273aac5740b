package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.telemetry.InferenceMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;

/** Scores a batch: checks its rows, looks their features up in one call, fills the tensors, runs the model once. */
@ApplicationScoped
public class BatchScoring implements Scoring {
    private final ModelCatalog models;
    private final PipelineFeatures wanted;
    private final FeatureLookup features;
    private final InferenceMetrics metrics;

    public BatchScoring(
            ModelCatalog models, PipelineFeatures wanted, FeatureLookup features, InferenceMetrics metrics) {
        this.models = models;
        this.wanted = wanted;
        this.features = features;
        this.metrics = metrics;
    }

    @Override
    public ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline timer) {
        Pipeline filled = wanted.fill(pipeline, timer.left());
        try (ModelLease model = models.lease(filled)) {
            var batch = new Batch(filled, rows);
            batch.check();
            lookUp(batch, pipeline, complete, timer);
            batch.fill(model.plan());
            batch.run(model, timer, metrics);
            ScoredBatch scored = batch.scored(model.identity());
            count(scored, timer);
            return scored;
        }
    }

    private void lookUp(Batch batch, Pipeline pipeline, Duration complete, Deadline timer) {
        try {
            batch.lookUp(features, complete, timer);
        } catch (Refusal refusal) {
            if (refusal.reason() == InferenceReason.FEATURE_NOT_FOUND) {
                wanted.forget(pipeline);
            }
            throw refusal;
        }
    }

    private void count(ScoredBatch batch, Deadline timer) {
        int scored = 0;
        for (RowScore score : batch.rows()) {
            if (score instanceof Invalid invalid) {
                metrics.invalid(InferenceReason.valueOf(invalid.reason()));
            } else {
                scored++;
            }
        }
        metrics.scored(timer.elapsed(), scored);
    }
}
