package io.millrace.features.app;

import io.millrace.features.app.OnlineStore.Readings;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a read gave.
 *
 * @param rows number of rows
 * @param keys the join keys that were used, in the request's order, in the type that their view declares
 * @param readings one per view of the plan, each with one row per row of the request
 * @param complete whether everything that was in the source topics when the request arrived is in the answer; false where nobody asked
 */
public record OnlineAnswer(
        ReadPlan plan,
        int rows,
        Map<String, List<@Nullable FeatureValue>> keys,
        List<Readings> readings,
        boolean complete) {
    /** The row of the view that a result comes from. */
    public RowReading row(ReadPlan.Output output, int row) {
        return readings.get(output.view()).rows().get(row);
    }
}
