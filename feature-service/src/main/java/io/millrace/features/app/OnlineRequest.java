package io.millrace.features.app;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A read of many features of many entities.
 *
 * @param features {@code view:feature} or {@code view@version:feature}
 * @param service decides what is read where it is there; {@code features} must be empty then
 * @param entities join key to its column; each column has one value per row. A row whose key is null has no entity and is answered as missing
 * @param requestData what on-demand features are computed of, by name; as many rows as the entities have
 * @param asOfMicros empty for now, one for all rows, or one per row; microseconds since the epoch
 */
public record OnlineRequest(
        List<String> features,
        Map<String, List<@Nullable FeatureValue>> entities,
        List<Long> asOfMicros,
        boolean fullNames,
        UnknownColumns unknownColumns,
        Optional<String> service,
        Map<String, List<@Nullable FeatureValue>> requestData) {
    /** A request without a service and without request data but that which is among the entities' columns. */
    public OnlineRequest(
            List<String> features,
            Map<String, List<@Nullable FeatureValue>> entities,
            List<Long> asOfMicros,
            boolean fullNames,
            UnknownColumns unknownColumns) {
        this(features, entities, asOfMicros, fullNames, unknownColumns, Optional.empty(), Map.of());
    }

    /** A column of request data; it may also stand among the entities' columns. Null where there is none. */
    @Nullable
    List<@Nullable FeatureValue> requestColumn(String name) {
        List<@Nullable FeatureValue> column = requestData.get(name);
        return column == null ? entities.get(name) : column;
    }

    /** What happens to a column that is no join key of the views that are read. */
    public enum UnknownColumns {
        REFUSE,
        DROP
    }
}
