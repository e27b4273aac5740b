package io.millrace.inference.app.replay;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import java.util.List;
import java.util.Map;

/** Features as they were at some positions, computed again from the events. */
public interface FeatureHistory {
    /** The most rows of one call. */
    int MAX_ROWS = 200;

    /**
     * Computes them.
     *
     * @throws io.millrace.gate.Refusal REPLAY_NOT_YET where the events up to the positions are not all where they are computed from; FEATURE_NOT_FOUND where a view or
     *     feature is gone; what {@link io.millrace.inference.app.FeatureLookup#read} throws
     */
    Answer compute(List<String> features, List<Row> rows);

    /** A row to compute: join keys with their values, the instant, and the positions that the view's state had. */
    record Row(Map<String, Object> entity, long asOfMicros, List<FeaturePosition> positions) {}

    /**
     * What was computed.
     *
     * @param rows for each row one cell per feature
     * @param definitions {@code view@version} to the digest of its definition now
     * @param gaps for each row why it may lack events; mostly none
     */
    record Answer(List<List<Cell>> rows, Map<String, String> definitions, List<List<String>> gaps) {}
}
