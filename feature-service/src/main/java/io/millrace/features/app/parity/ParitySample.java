package io.millrace.features.app.parity;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of one view as it was served.
 *
 * @param view as it was when it was read
 * @param positions of the state that was read: every event below them is in the answer, and no other
 * @param features places of features in the view, one per value
 * @param eventTimeMicros of the newest event in the answer; 0 for a missing row
 */
record ParitySample(
        FeatureView view,
        EntityKey key,
        long asOfMicros,
        Map<SourcePartition, Long> positions,
        List<Integer> features,
        FeatureTable.State state,
        long eventTimeMicros,
        List<@Nullable FeatureValue> values,
        long takenMicros) {
    ParitySample {
        positions = Map.copyOf(positions);
        features = List.copyOf(features);
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    String feature(int column) {
        return view.features().get(features.get(column)).name();
    }
}
