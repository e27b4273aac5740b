package io.millrace.features.app;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A read of many features of many entities.
 *
 * @param features {@code view:feature} or {@code view@version:feature}
 * @param entities join key to its column; each column has one value per row. A row whose key is null has no entity and is answered as missing
 * @param asOfMicros empty for now, one for all rows, or one per row; microseconds since the epoch
 */
public record OnlineRequest(
        List<String> features,
        Map<String, List<@Nullable FeatureValue>> entities,
        List<Long> asOfMicros,
        boolean fullNames,
        UnknownColumns unknownColumns) {
    /** What happens to a column that is no join key of the views that are read. */
    public enum UnknownColumns {
        REFUSE,
        DROP
    }
}
