package io.millrace.registry.engine;

import io.millrace.registry.app.data.JacksonText;
import io.millrace.registry.app.data.RowData;
import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.TypeOptions;
import io.millrace.registry.domain.validation.Casts;
import io.millrace.registry.domain.validation.Dialect;
import io.millrace.registry.domain.validation.Rows;
import io.millrace.registry.domain.validation.Values;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Copies rows into a table of DuckDB that is named like the contract's. Columns have the contract's types; a value that is not of its column's type is null, and columns without a
 * type, arrays and objects are text.
 */
final class TableCopy {
    private static final JacksonText JSON = new JacksonText();

    private record Target(String name, Optional<LogicalType> type, TypeOptions options) {}

    private TableCopy() {}

    static void load(Connection connection, SchemaObject schema, RowData data) throws SQLException {
        List<Target> targets = targets(schema, data);
        try (Statement statement = connection.createStatement()) {
            statement.execute(definition(schema.name(), targets));
        }
        try (Rows rows = data.open();
                DuckDBAppender appender =
                        connection.unwrap(DuckDBConnection.class).createAppender(schema.name())) {
            @Nullable Object[] cells = rows.next();
            while (cells != null) {
                append(appender, targets, cells, rows);
                cells = rows.next();
            }
        }
    }

    private static void append(DuckDBAppender appender, List<Target> targets, @Nullable Object[] cells, Rows rows)
            throws SQLException {
        appender.beginRow();
        for (int i = 0; i < targets.size(); i++) {
            append(appender, targets.get(i), i < cells.length ? cells[i] : null, rows.dialect());
        }
        appender.endRow();
    }

    /** The columns of the data, then those of the contract that the data lacks. */
    private static List<Target> targets(SchemaObject schema, RowData data) {
        var targets = new ArrayList<Target>();
        var names = new ArrayList<String>();
        try (Rows rows = data.open()) {
            boolean known = rows.dialect() != Dialect.JSON;
            while (!known) {
                known = rows.next() == null;
            }
            names.addAll(rows.columns());
        }
        for (String name : names) {
            Optional<Column> column = schema.columns().stream()
                    .filter(declared -> declared.name().equals(name)
                            || declared.physicalName().filter(name::equals).isPresent())
                    .findFirst();
            targets.add(new Target(
                    column.map(Column::name).orElse(name),
                    column.flatMap(Column::type),
                    column.map(Column::options).orElse(TypeOptions.NONE)));
        }
        for (Column column : schema.columns()) {
            if (targets.stream().noneMatch(target -> target.name().equals(column.name()))) {
                targets.add(new Target(column.name(), column.type(), column.options()));
            }
        }
        return targets;
    }

    private static String definition(String table, List<Target> targets) {
        var columns = new ArrayList<String>();
        for (Target target : targets) {
            String type = target.type()
                    .map(known -> switch (known) {
                        case STRING, OBJECT, ARRAY -> "VARCHAR";
                        case DATE -> "DATE";
                        case TIMESTAMP -> "TIMESTAMP";
                        case TIME -> "TIME";
                        case NUMBER -> "DOUBLE";
                        case INTEGER -> "BIGINT";
                        case BOOLEAN -> "BOOLEAN";
                    })
                    .orElse("VARCHAR");
            columns.add(DuckDb.identifier(target.name()) + " " + type);
        }
        if (columns.isEmpty()) {
            columns.add("\"row\" BIGINT");
        }
        return "CREATE TABLE " + DuckDb.identifier(table) + " (" + String.join(", ", columns) + ")";
    }

    private static void append(DuckDBAppender appender, Target target, @Nullable Object cell, Dialect dialect)
            throws SQLException {
        Optional<Object> value = Optional.ofNullable(cell);
        if (target.type().isPresent()) {
            LogicalType type = target.type().get();
            value = value.flatMap(present -> Casts.cast(type, target.options(), present, dialect, JSON));
        }
        if (value.isEmpty()) {
            appender.appendNull();
            return;
        }
        Object present = value.get();
        LogicalType type = target.type().orElse(LogicalType.STRING);
        switch (type) {
            case NUMBER -> appender.append(((Number) present).doubleValue());
            case INTEGER -> appendWhole(appender, (Number) present);
            case BOOLEAN -> appender.append((boolean) (Boolean) present);
            case DATE -> appender.append((LocalDate) present);
            case TIME -> appender.append((LocalTime) present);
            case TIMESTAMP -> appender.append(LocalDateTime.ofInstant((Instant) present, ZoneOffset.UTC));
            case STRING, OBJECT, ARRAY -> appender.append(present instanceof String text ? text : JSON.write(present));
        }
    }

    /** Whole numbers that a BIGINT cannot hold are null, like values of another type. */
    private static void appendWhole(DuckDBAppender appender, Number number) throws SQLException {
        var whole = Values.decimal(number).toBigInteger();
        if (whole.bitLength() < Long.SIZE) {
            appender.append(whole.longValue());
        } else {
            appender.appendNull();
        }
    }
}
