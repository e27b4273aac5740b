package io.millrace.inference.sample;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Features in a map by {@code feature/key}; what is not there was not found. Keys are texts. */
public final class KnownFeatures implements FeatureLookup {
    public static final FeaturePosition POSITION = new FeaturePosition("v@v1", "t", "id", 0, 7);

    private final Map<String, Cell> cells = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();

    public KnownFeatures with(String feature, String key, Object value, long eventTimeMicros) {
        return with(feature, key, new Cell(Status.PRESENT, value, eventTimeMicros));
    }

    public KnownFeatures with(String feature, String key, Cell cell) {
        cells.put(feature + "/" + key, cell);
        return this;
    }

    public int calls() {
        return calls.get();
    }

    @Override
    public Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline) {
        calls.incrementAndGet();
        var columns = new ArrayList<List<Cell>>();
        for (String feature : features) {
            var column = new ArrayList<Cell>();
            for (Object key : entities.values().iterator().next()) {
                if (!(key instanceof String)) {
                    throw new Refusal(InferenceReason.WRONG_TYPE, "user_id must be a string");
                }
                column.add(cells.getOrDefault(feature + "/" + key, new Cell(Status.NOT_FOUND, null, 0)));
            }
            columns.add(column);
        }
        return new Answer(columns, complete.isPositive(), List.of(POSITION));
    }
}
