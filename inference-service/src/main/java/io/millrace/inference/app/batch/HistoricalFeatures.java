package io.millrace.inference.app.batch;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.RowFiles.GivenRow;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Answers look-ups for some rows of a file with what the history gave for them. */
final class HistoricalFeatures implements FeatureLookup {
    private final Map<Asked, List<Cell>> known = new HashMap<>();
    private final List<FeaturePosition> positions;

    /** An entity at an instant: what features depend on, and nothing else. */
    private record Asked(Map<String, Object> keys, long asOf) {}

    HistoricalFeatures(Pipeline pipeline, List<GivenRow> rows, List<FeaturePosition> positions) {
        this.positions = positions;
        for (GivenRow row : rows) {
            if (row.cells() != null && row.asOfMicros() != null) {
                var keys = new HashMap<String, Object>();
                pipeline.entity()
                        .forEach((key, field) -> keys.put(key, row.fields().getOrDefault(field, "")));
                known.put(new Asked(keys, row.asOfMicros()), row.cells());
            }
        }
    }

    @Override
    public Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline) {
        var columns = new ArrayList<List<Cell>>(features.size());
        features.forEach(_ -> columns.add(new ArrayList<>(asOfMicros.length)));
        for (int row = 0; row < asOfMicros.length; row++) {
            var keys = new HashMap<String, Object>();
            for (Map.Entry<String, List<Object>> key : entities.entrySet()) {
                keys.put(key.getKey(), key.getValue().get(row));
            }
            List<Cell> cells = known.get(new Asked(keys, asOfMicros[row]));
            if (cells == null) {
                throw new Refusal(
                        InferenceReason.WRONG_TYPE, "a join key of " + keys + " is not of the type that its view has");
            }
            for (int i = 0; i < features.size(); i++) {
                columns.get(i).add(cells.get(i));
            }
        }
        return new Answer(columns, true, positions);
    }
}
