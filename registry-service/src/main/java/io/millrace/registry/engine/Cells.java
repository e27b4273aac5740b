package io.millrace.registry.engine;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Struct;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.duckdb.DuckDBStruct;
import org.jspecify.annotations.Nullable;

/** DuckDB's values as the cells of the rule engine. */
final class Cells {
    private Cells() {}

    static @Nullable Object read(ResultSet results, int column, String type) throws SQLException {
        return switch (type) {
            case "VARCHAR" -> results.getString(column);
            case "BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UINTEGER", "USMALLINT", "UTINYINT" -> {
                long value = results.getLong(column);
                yield results.wasNull() ? null : value;
            }
            case "DOUBLE" -> {
                double value = results.getDouble(column);
                yield results.wasNull() ? null : value;
            }
            case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS" ->
                results.getObject(column, LocalDateTime.class);
            default -> cell(results.getObject(column));
        };
    }

    private static @Nullable Object cell(@Nullable Object value) throws SQLException {
        return switch (value) {
            case null -> null;
            case String text -> text;
            case Boolean truth -> truth;
            case Byte _, Short _, Integer _, Long _ -> ((Number) value).longValue();
            case Float number -> (double) number;
            case Double number -> number;
            case BigInteger number -> number;
            case BigDecimal number -> number;
            case LocalDate date -> date;
            case LocalDateTime time -> time;
            case LocalTime time -> time;
            case OffsetTime time -> time.toLocalTime();
            case OffsetDateTime time -> time.toInstant();
            case Timestamp time -> time.toLocalDateTime();
            case Array array -> list((Object[]) array.getArray());
            case DuckDBStruct struct -> map(struct.getMap());
            case Struct struct -> list(struct.getAttributes());
            case Map<?, ?> map -> map(map);
            case Blob blob -> new String(blob.getBytes(1, (int) blob.length()), StandardCharsets.ISO_8859_1);
            default -> value.toString();
        };
    }

    private static Object list(@Nullable Object[] values) throws SQLException {
        var list = new ArrayList<@Nullable Object>(values.length);
        for (Object value : values) {
            list.add(cell(value));
        }
        return list;
    }

    private static Object map(Map<?, ?> values) throws SQLException {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (Map.Entry<?, ?> entry : values.entrySet()) {
            map.put(String.valueOf(entry.getKey()), cell(entry.getValue()));
        }
        return map;
    }
}
