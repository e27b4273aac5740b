package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;

/** The columns of a view version's files, in their order, and how an event becomes a row of them and back. */
final class ParquetColumns {
    private static final List<String> OF_EVERY_VIEW = List.of(
            "event_time BIGINT",
            "created BIGINT",
            "topic_id VARCHAR",
            "partition INTEGER",
            "\"offset\" BIGINT",
            "arrived BIGINT",
            "late BOOLEAN");

    private final List<Column> keys;
    private final List<Column> fields;

    private record Column(String name, ValueType type) {
        String declaration() {
            return DuckDb.identifier(name) + " " + sqlType(type);
        }
    }

    private ParquetColumns(List<Column> keys, List<Column> fields) {
        this.keys = keys;
        this.fields = fields;
    }

    static ParquetColumns of(FeatureView view) {
        return new ParquetColumns(
                view.joinKeys().stream()
                        .map(key -> new Column("k_" + key.name(), key.type()))
                        .toList(),
                view.fields().stream()
                        .map(field -> new Column("f_" + field.name(), field.type()))
                        .toList());
    }

    /** {@code name TYPE, …} as CREATE TABLE takes them. */
    String declarations() {
        return Stream.concat(
                        Stream.concat(keys.stream(), fields.stream()).map(Column::declaration), OF_EVERY_VIEW.stream())
                .collect(Collectors.joining(", "));
    }

    /** Join keys, then the order of events: equal rows of two files stand equally. */
    String order() {
        return keys.stream()
                .map(key -> DuckDb.identifier(key.name()) + ", ")
                .collect(
                        Collectors.joining("", "", "event_time, created NULLS FIRST, topic_id, partition, \"offset\""));
    }

    void append(OfflineRow row, DuckDBAppender appender) throws SQLException {
        FeatureEvent event = row.event();
        appender.beginRow();
        for (FeatureValue value : event.key().values()) {
            append(value, appender);
        }
        for (FeatureValue value : event.fields()) {
            append(value, appender);
        }
        appender.append(event.timeMicros());
        if (event.createdMicros() == FeatureEvent.NO_CREATED) {
            appender.appendNull();
        } else {
            appender.append(event.createdMicros());
        }
        appender.append(event.position().source().topicId());
        appender.append(event.position().source().partition());
        appender.append(event.position().offset());
        appender.append(row.arrivedMicros());
        appender.append(row.late());
        appender.endRow();
    }

    /**
     * @param topics names of topics by their ids
     */
    OfflineRow read(ResultSet row, Map<String, String> topics) throws SQLException {
        int at = 1;
        var key = new ArrayList<FeatureValue>(keys.size());
        for (Column column : keys) {
            FeatureValue value = value(row, at++, column.type());
            if (value == null) {
                throw new SQLException("a row without the join key " + column.name());
            }
            key.add(value);
        }
        var values = new ArrayList<@Nullable FeatureValue>(fields.size());
        for (Column column : fields) {
            values.add(value(row, at++, column.type()));
        }
        long time = row.getLong(at++);
        long created = row.getLong(at++);
        if (row.wasNull()) {
            created = FeatureEvent.NO_CREATED;
        }
        String topicId = row.getString(at++);
        var source = new SourcePartition(topics.getOrDefault(topicId, ""), topicId, row.getInt(at++));
        var position = new Position(source, row.getLong(at++));
        long arrived = row.getLong(at++);
        boolean late = row.getBoolean(at);
        return new OfflineRow(new FeatureEvent(new EntityKey(key), time, created, position, values), arrived, late);
    }

    static String sqlType(ValueType type) {
        return switch (type) {
            case BOOL -> "BOOLEAN";
            case INT64, TIMESTAMP -> "BIGINT";
            case DOUBLE -> "DOUBLE";
            case STRING -> "VARCHAR";
            case BYTES,
                    BOOL_LIST,
                    INT64_LIST,
                    DOUBLE_LIST,
                    STRING_LIST,
                    BYTES_LIST,
                    TIMESTAMP_LIST,
                    INT64_MAP,
                    VECTOR -> "BLOB";
        };
    }

    static void append(@Nullable FeatureValue value, DuckDBAppender appender) throws SQLException {
        switch (value) {
            case null -> appender.appendNull();
            case FeatureValue.Bool(boolean bool) -> appender.append(bool);
            case FeatureValue.Int(long whole) -> appender.append(whole);
            case FeatureValue.Real(double real) -> appender.append(real);
            case FeatureValue.Text(String text) -> appender.append(text);
            case FeatureValue.Bytes(byte[] bytes) -> appender.append(bytes);
            case FeatureValue.Time(long micros) -> appender.append(micros);
            case FeatureValue.Many _, FeatureValue.Counts _, FeatureValue.Vector _ -> {
                var out = new ByteWriter();
                ValueEncoding.write(value, out);
                appender.append(out.toBytes());
            }
        }
    }

    static @Nullable FeatureValue value(ResultSet row, int at, ValueType type) throws SQLException {
        FeatureValue value =
                switch (type) {
                    case BOOL -> new FeatureValue.Bool(row.getBoolean(at));
                    case INT64 -> new FeatureValue.Int(row.getLong(at));
                    case DOUBLE -> new FeatureValue.Real(row.getDouble(at));
                    case STRING -> text(row.getString(at));
                    case BYTES -> bytes(row.getBytes(at));
                    case TIMESTAMP -> new FeatureValue.Time(row.getLong(at));
                    case BOOL_LIST,
                            INT64_LIST,
                            DOUBLE_LIST,
                            STRING_LIST,
                            BYTES_LIST,
                            TIMESTAMP_LIST,
                            INT64_MAP,
                            VECTOR -> encoded(row.getBytes(at));
                };
        return row.wasNull() ? null : value;
    }

    private static @Nullable FeatureValue text(@Nullable String text) {
        return text == null ? null : new FeatureValue.Text(text);
    }

    /** Lists and vectors are kept as the kernel encodes them. */
    private static @Nullable FeatureValue encoded(byte @Nullable [] bytes) {
        return bytes == null ? null : ValueEncoding.read(new ByteReader(bytes));
    }

    private static @Nullable FeatureValue bytes(byte @Nullable [] bytes) {
        return bytes == null ? null : new FeatureValue.Bytes(bytes);
    }
}
