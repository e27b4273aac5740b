package io.millrace.inference.features;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.FeatureLookup.Status;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Look-ups as messages. */
final class FeatureMessages {
    private FeatureMessages() {}

    /** The request for rows {@code from} to {@code to}, exclusive. */
    static GetOnlineFeaturesRequest request(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            int from,
            int to,
            Duration complete) {
        var request = GetOnlineFeaturesRequest.newBuilder()
                .addAllFeatures(features)
                // Two views may have a feature of one name; without this feature-service refuses them beside each
                // other.
                .setFullFeatureNames(true)
                .setCompleteWithinMs(Math.toIntExact(complete.toMillis()));
        entities.forEach((key, values) -> {
            var column = Column.newBuilder();
            values.subList(from, to).forEach(value -> column.addValues(value(value)));
            request.putEntities(key, column.build());
        });
        boolean same = true;
        for (int i = from + 1; i < to && same; i++) {
            same = asOfMicros[i] == asOfMicros[from];
        }
        for (int i = from; i < (same ? from + 1 : to); i++) {
            request.addAsOfMicros(asOfMicros[i]);
        }
        return request.build();
    }

    /** The column's cells; {@code rows} of them, or an exception. */
    static List<Cell> cells(FeatureColumn column, int rows) {
        if (column.getValuesCount() != rows
                || column.getStatusesCount() != rows
                || column.getEventTimeMicrosCount() != rows) {
            throw FeatureRefusals.malformed(column.getValuesCount() + " values, "
                    + column.getStatusesCount() + " statuses and " + column.getEventTimeMicrosCount()
                    + " event times for " + rows + " rows");
        }
        var cells = new ArrayList<Cell>(rows);
        for (int i = 0; i < rows; i++) {
            cells.add(
                    new Cell(status(column.getStatuses(i)), value(column.getValues(i)), column.getEventTimeMicros(i)));
        }
        return cells;
    }

    static ServedFeatures service(FeatureServiceFeatures service) {
        return new ServedFeatures(
                service.getFeatureService(),
                service.getIsDefault(),
                service.getFeaturesList().stream()
                        .map(feature -> new ServedFeatures.Feature(feature.getReference(), feature.getType()))
                        .toList(),
                service.getJoinKeysList(),
                service.getRequestDataList());
    }

    static FeaturePosition position(SourcePosition position) {
        return new FeaturePosition(
                position.getViewVersion(),
                position.getTopic(),
                position.getTopicId(),
                position.getPartition(),
                position.getOffset(),
                position.getDefinition());
    }

    static Value value(Object value) {
        var message = Value.newBuilder();
        return switch (value) {
            case Boolean flag -> message.setBoolValue(flag).build();
            case Long number -> message.setInt64Value(number).build();
            case Double number -> message.setDoubleValue(number).build();
            case String text -> message.setStringValue(text).build();
            default -> throw new IllegalArgumentException("no key can be a " + value.getClass());
        };
    }

    private static @Nullable Object value(Value value) {
        return switch (value.getKindCase()) {
            case BOOL_VALUE -> value.getBoolValue();
            case INT64_VALUE -> value.getInt64Value();
            case DOUBLE_VALUE -> value.getDoubleValue();
            case STRING_VALUE -> value.getStringValue();
            case TIMESTAMP_VALUE -> value.getTimestampValue();
            case BYTES_VALUE -> "bytes of length " + value.getBytesValue().size();
            case MAP_VALUE -> "map of size " + value.getMapValue().getEntriesCount();
            case VECTOR_VALUE -> "vector of dimension " + value.getVectorValue().getElementsCount();
            case LIST_VALUE -> "list of length " + value.getListValue().getValuesCount();
            case KIND_NOT_SET -> null;
        };
    }

    private static Status status(FeatureStatus status) {
        return switch (status) {
            case FEATURE_STATUS_PRESENT -> Status.PRESENT;
            case FEATURE_STATUS_NOT_FOUND -> Status.NOT_FOUND;
            case FEATURE_STATUS_OUTSIDE_MAX_AGE -> Status.OUTSIDE_MAX_AGE;
            case FEATURE_STATUS_BEFORE_RETENTION -> Status.BEFORE_RETENTION;
            case FEATURE_STATUS_UNSPECIFIED, UNRECOGNIZED ->
                throw FeatureRefusals.malformed("a status that is not known here");
        };
    }
}
