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
    private final FeatureLookup features;
    private final InferenceMetrics metrics;

    public BatchScoring(ModelCatalog models, FeatureLookup features, InferenceMetrics metrics) {
        this.models = models;
        this.features = features;
        this.metrics = metrics;
    }

    @Override
    public ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration complete, Duration deadline) {
        var timer = new Deadline(deadline);
        try (ModelLease model = models.lease(pipeline)) {
            var batch = new Batch(pipeline, rows);
            batch.check();
            batch.lookUp(features, complete, timer);
            batch.fill(model.plan());
            timer.left();
            batch.run(model, metrics);
            ScoredBatch scored = batch.scored(model.identity());
            count(scored, timer);
            return scored;
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

    /** The time that a batch has. */
    static final class Deadline {
        private final long start = System.nanoTime();
        private final Duration whole;

        Deadline(Duration whole) {
            this.whole = whole;
        }

        Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - start);
        }

        /**
         * What is left, positive.
         *
         * @throws Refusal DEADLINE_EXCEEDED where nothing is
         */
        Duration left() {
            Duration left = whole.minus(elapsed());
            if (!left.isPositive()) {
                throw new Refusal(InferenceReason.DEADLINE_EXCEEDED, "not scored within " + whole);
            }
            return left;
        }
    }
}
