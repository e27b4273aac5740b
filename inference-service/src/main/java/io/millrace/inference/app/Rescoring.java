package io.millrace.inference.app;

import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.Tensor;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** Scores a row again with features and a model that are given, by what scores batches. */
public final class Rescoring {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private Rescoring() {}

    /**
     * Why the model cannot score for the pipeline; empty where it can.
     *
     * @param pipeline with the features that it reads
     */
    public static List<String> faults(Pipeline pipeline, ModelDefinition model) {
        return ScoringPlan.of(pipeline, model).faults();
    }

    /**
     * Scores.
     *
     * @param pipeline with the features that it reads
     * @param cells one per feature of the pipeline
     * @param copies how often the row stands in the batch, at least 1
     * @return the row's score: the first of the copies
     * @throws io.millrace.gate.Refusal MODEL_FAILED
     */
    public static RowScore score(
            Pipeline pipeline,
            ScoreRow row,
            List<FeatureLookup.Cell> cells,
            ModelDefinition definition,
            LoadedModel model,
            int copies) {
        var batch = new Batch(pipeline, Collections.nCopies(copies, row));
        batch.check();
        batch.lookUp(new Given(cells), Duration.ZERO, new Deadline(PATIENCE));
        Batch.Filling filling = batch.fill(ScoringPlan.of(pipeline, definition), batch.open());
        batch.run(filling, (tensors, rows) -> predictions(definition, model, tensors, rows));
        return batch.first();
    }

    private static double[] predictions(ModelDefinition definition, LoadedModel model, List<Tensor> tensors, int rows) {
        return PredictionColumn.read(
                definition.output().orElseThrow(), model.infer(tensors).outputs(), rows);
    }

    /** Features that are known already, the same for each row. */
    private record Given(List<FeatureLookup.Cell> cells) implements FeatureLookup {
        @Override
        public Answer read(
                List<String> features,
                Map<String, List<Object>> entities,
                long[] asOfMicros,
                Duration complete,
                Duration deadline) {
            return new Answer(
                    cells.stream()
                            .map(cell -> Collections.nCopies(asOfMicros.length, cell))
                            .toList(),
                    true,
                    List.of());
        }
    }
}
