package io.millrace.features.app;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows that a request gives by their columns. */
final class Columns {
    private Columns() {}

    /**
     * How many rows there are.
     *
     * @param groups of columns, all over the same rows
     * @return −1 where there is no column
     * @throws Refusal with {@link FeatureReason#RAGGED_COLUMNS}
     */
    static int rows(List<Map<String, List<@Nullable FeatureValue>>> groups) {
        int rows = -1;
        for (Map<String, List<@Nullable FeatureValue>> columns : groups) {
            for (Map.Entry<String, List<@Nullable FeatureValue>> column : columns.entrySet()) {
                int size = column.getValue().size();
                if (rows >= 0 && rows != size) {
                    throw new Refusal(
                            FeatureReason.RAGGED_COLUMNS,
                            "all columns must have the same number of rows; '" + column.getKey() + "' has " + size
                                    + ", another one " + rows);
                }
                rows = size;
            }
        }
        return rows;
    }
}
