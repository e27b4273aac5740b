package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.Routes;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import io.millrace.inference.telemetry.InferenceMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Scores a batch: checks its rows, looks their features up in one call, fills the tensors, runs the model once; or once for each arm, where a deployment splits the model. */
@ApplicationScoped
public class BatchScoring implements Scoring {
    private final ModelLeases leases;
    private final PipelineFeatures wanted;
    private final FeatureLookup features;
    private final Routes routes;
    private final Mirror mirroring;
    private final Explaining explaining;
    private final InferenceMetrics metrics;

    public BatchScoring(
            ModelLeases leases,
            PipelineFeatures wanted,
            FeatureLookup features,
            Routes routes,
            Mirror mirroring,
            Explaining explaining,
            InferenceMetrics metrics) {
        this.leases = leases;
        this.wanted = wanted;
        this.features = features;
        this.routes = routes;
        this.mirroring = mirroring;
        this.explaining = explaining;
        this.metrics = metrics;
    }

    @Override
    public ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline timer) {
        return score(
                pipeline,
                rows,
                complete,
                timer,
                Explained.streamed(explaining, pipeline.extras().contributions()));
    }

    /** @throws Refusal INVALID_REQUEST where more rows are to be explained than are allowed; what {@link Explaining#explain} throws */
    @Override
    public ScoredBatch score(
            Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline timer, Wanted contributions) {
        if (contributions.any() && rows.size() > explaining.maxRows()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "predictions of at most " + explaining.maxRows() + " rows are explained in one call, were "
                            + rows.size());
        }
        return score(pipeline, rows, complete, timer, Explained.asked(explaining, contributions));
    }

    private ScoredBatch score(
            Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline timer, Explained explained) {
        Pipeline filled = wanted.fill(pipeline, timer.left());
        Consumer<Batch> lookUp = batch -> lookUp(batch, pipeline, complete, timer);
        Optional<Route> route = routes.find(filled.model());
        ScoredBatch scored = route.isPresent()
                ? split(route.get(), filled, new Batch(filled, rows, explained), rows, timer, lookUp)
                : whole(filled, filled.model(), new Batch(filled, rows, explained), timer, lookUp);
        count(scored, timer);
        return scored;
    }

    /**
     * Scores rows whose features were read elsewhere, by all the rest of what scores others. They are not split: where a deployment splits the model, the arm
     * with the largest share scores all of them, and no shadow sees them.
     *
     * @param filled the pipeline with all features that it reads
     * @param from answers for these rows
     * @throws Refusal as {@link Scoring#score}
     */
    public ScoredBatch score(Pipeline filled, List<ScoreRow> rows, FeatureLookup from, Deadline timer) {
        ModelReference model = routes.find(filled.model()).map(Route::largest).orElse(filled.model());
        ScoredBatch scored =
                whole(filled, model, new Batch(filled, rows), timer, batch -> batch.lookUp(from, Duration.ZERO, timer));
        count(scored, timer);
        return scored;
    }

    /**
     * Scores rows whose features are known, each by the arm that it would go to where a deployment splits the model.
     *
     * @param filled the pipeline with all features that it reads
     * @param from answers for these rows
     * @throws Refusal as {@link Scoring#score}
     */
    ScoredBatch scoreSplit(Pipeline filled, List<ScoreRow> rows, FeatureLookup from, Deadline timer) {
        Consumer<Batch> lookUp = batch -> batch.lookUp(from, Duration.ZERO, timer);
        Optional<Route> route = routes.find(filled.model());
        return route.isPresent()
                ? split(route.get(), filled, new Batch(filled, rows), rows, timer, lookUp)
                : whole(filled, filled.model(), new Batch(filled, rows), timer, lookUp);
    }

    private ScoredBatch whole(Pipeline filled, ModelReference by, Batch batch, Deadline timer, Consumer<Batch> lookUp) {
        try (ModelLease model = leases.lease(filled, by)) {
            batch.check();
            lookUp.accept(batch);
            batch.run(batch.fill(model.plan(), batch.open()), model, timer, metrics);
            return batch.scored(model.identity(), List.of());
        }
    }

    /** The features of all rows are looked up together, before the arms are chosen where these hang on them; then each arm scores its own. */
    private ScoredBatch split(
            Route route, Pipeline filled, Batch batch, List<ScoreRow> rows, Deadline timer, Consumer<Batch> lookUp) {
        List<String> context = route.context();
        if (!context.isEmpty()) {
            batch.check();
            lookUp.accept(batch);
        }
        try (SplitBatch split = SplitBatch.open(route, filled, rows, leases, row -> batch.values(row, context))) {
            if (context.isEmpty()) {
                batch.check();
                lookUp.accept(batch);
            }
            split.run(batch, timer, metrics);
            ScoredBatch scored = batch.scored(split.first(), split.assigned());
            mirroring.mirror(split, filled, batch, scored);
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
