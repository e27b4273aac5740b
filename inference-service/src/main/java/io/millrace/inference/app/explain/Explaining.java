package io.millrace.inference.app.explain;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.explain.Backgrounds.Background;
import io.millrace.inference.config.ExplainConfig;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.explain.Contributions;
import io.millrace.inference.domain.explain.Contributions.Method;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import io.millrace.inference.domain.explain.Link;
import io.millrace.inference.telemetry.ExplainMetrics;
import io.millrace.models.kernel.explain.SampledShapley;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Contributions to predictions: exact where the model was read, else sampled by asking it. */
@ApplicationScoped
public class Explaining {
    /** How far a prediction may lie from what was read of its model: beyond, it was not read right. */
    private static final double TOLERANCE = 1e-5;

    private final Backgrounds backgrounds;
    private final ExplainConfig settings;
    private final ExplainMetrics metrics;

    public Explaining(Backgrounds backgrounds, ExplainConfig settings, ExplainMetrics metrics) {
        this.backgrounds = backgrounds;
        this.settings = settings;
        this.metrics = metrics;
    }

    /**
     * Explains the predictions of a batch.
     *
     * @param tensors what the model took
     * @param predictions what it gave; one that is not finite is not explained
     * @param hashes of the rows, in hex: the seeds of what is sampled, so that the same row of the same version gives the same
     * @throws Refusal what {@link HeldModel#score} throws; PREDICTION_NOT_FINITE where the model gives no number for a row between the row and the background
     */
    public List<Contributions> explain(
            HeldModel model,
            List<Tensor> tensors,
            double[] predictions,
            List<String> hashes,
            Wanted wanted,
            Deadline deadline) {
        long start = System.nanoTime();
        ModelExplainer explainer = model.explainer();
        Background background = background(explainer);
        var texts = new Texts();
        double[][] rows = Rows.of(tensors, predictions.length, texts);
        var scores = new Asked(model, explainer.definition(), texts, deadline);
        var explained = new ArrayList<Contributions>(rows.length);
        for (int i = 0; i < rows.length; i++) {
            if (!Double.isFinite(predictions[i])) {
                explained.add(Contributions.missing(InferenceReason.PREDICTION_NOT_FINITE.name()));
                continue;
            }
            Optional<Contributions> exact = exact(explainer, rows[i], predictions[i], background, wanted);
            if (exact.isPresent()) {
                explained.add(exact.get());
            } else {
                long seed = HexFormat.fromHexDigitsToLong(hashes.get(i), 0, 16);
                explained.add(sampled(scores, explainer, rows[i], background, seed, wanted));
            }
        }
        metrics.explained(explained.getFirst().method(), rows.length, Duration.ofNanos(System.nanoTime() - start));
        return explained;
    }

    /** What the predictions of a model are explained against. */
    Background background(ModelExplainer explainer) {
        return explainer.background(backgrounds.of(explainer.definition()));
    }

    private Optional<Contributions> exact(
            ModelExplainer explainer, double[] row, double prediction, Background background, Wanted wanted) {
        if (!(explainer.reading() instanceof ModelReading.Read read)) {
            return Optional.empty();
        }
        Link link = read.link();
        if (link.isAlone()) {
            double own = link.prediction(read.sum(row));
            if (!(Math.abs(own - prediction) <= TOLERANCE * Math.max(1, Math.abs(prediction)))) {
                metrics.mismatched();
                return Optional.empty();
            }
        }
        return explainer
                .exact(row, background)
                .map(found -> Contributions.of(explainer.method(), link, found.base(), explainer.named(found), wanted));
    }

    private Contributions sampled(
            SampledShapley.Scores scores,
            ModelExplainer explainer,
            double[] row,
            Background background,
            long seed,
            Wanted wanted) {
        var found = SampledShapley.asking(scores, background.rows()).contributions(row, settings.pairs(), seed);
        return Contributions.of(Method.SAMPLED, Link.IDENTITY, found.base(), explainer.named(found), wanted);
    }

    /** Rows of one call that may be explained. */
    public int maxRows() {
        return settings.maxRows();
    }

    /** Notes that predictions are sent without contributions that they were asked for. */
    public void missed(int rows) {
        metrics.explained(Method.NONE, rows);
    }

    ExplainConfig settings() {
        return settings;
    }
}
