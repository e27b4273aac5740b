package io.millrace.inference.files;

import io.millrace.inference.app.batch.RowFiles.ColumnKind;
import io.millrace.inference.app.batch.RowFiles.Field;
import io.millrace.inference.app.batch.RowFiles.Instants;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import io.millrace.jobs.JobFailedException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The columns of a file's rows, and the SQL that reads them as fields and instants. */
final class Columns {
    private static final String MIN_MICROS = "-62135596800000000";
    private static final String MAX_MICROS = "253402300799999999";
    private static final Set<String> WHOLE = Set.of(
            "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT");

    /** DuckDB's type by the column's name, in the file's order. */
    private final Map<String, String> types = new LinkedHashMap<>();

    /** The columns of a table. */
    static Columns of(Statement statement, String table) throws SQLException {
        var columns = new Columns();
        try (ResultSet described = statement.executeQuery("DESCRIBE SELECT * FROM " + table)) {
            while (described.next()) {
                columns.types.put(described.getString(1), described.getString(2).toUpperCase(Locale.ROOT));
            }
        }
        return columns;
    }

    Set<String> names() {
        return types.keySet();
    }

    ColumnKind kind(String column) {
        String type = types.getOrDefault(column, "");
        if (type.equals("VARCHAR")) {
            return ColumnKind.TEXT;
        }
        if (type.equals("BOOLEAN")) {
            return ColumnKind.BOOL;
        }
        if (WHOLE.contains(type)) {
            return ColumnKind.WHOLE;
        }
        return type.equals("FLOAT") || type.equals("DOUBLE") || type.startsWith("DECIMAL")
                ? ColumnKind.NUMBER
                : ColumnKind.OTHER;
    }

    /** A field's value as BOOLEAN, BIGINT, DOUBLE or VARCHAR; null also where a text is not of the field's type. */
    String value(Field field) {
        String name = DuckDb.identifier(field.name());
        return switch (kind(field.name())) {
            case TEXT ->
                switch (field.type()) {
                    case STRING -> name;
                    case INT64 ->
                        "CASE WHEN regexp_full_match(" + name + ", '[+-]?[0-9]{1,19}') THEN TRY_CAST(" + name
                                + " AS BIGINT) END";
                    case DOUBLE -> "TRY_CAST(" + name + " AS DOUBLE)";
                    case BOOL -> "CASE lower(" + name + ") WHEN 'true' THEN true WHEN 'false' THEN false END";
                };
            case BOOL -> name;
            case WHOLE -> "TRY_CAST(" + name + " AS BIGINT)";
            case NUMBER -> "CAST(" + name + " AS DOUBLE)";
            case OTHER -> "CAST(" + name + " AS VARCHAR)";
        };
    }

    /** A field's value as it is written. */
    String text(Field field) {
        return "CAST(" + DuckDb.identifier(field.name()) + " AS VARCHAR)";
    }

    /** A row's instant in microseconds since the epoch; null where it has none within the years 1 to 9999. */
    String instant(Instants instants) {
        String micros = micros(instants);
        return "CASE WHEN " + micros + " BETWEEN " + MIN_MICROS + " AND " + MAX_MICROS + " THEN " + micros + " + ("
                + instants.shiftMicros() + ") END";
    }

    private String micros(Instants instants) {
        String name = DuckDb.identifier(instants.column());
        String type = types.getOrDefault(instants.column(), "");
        if (type.equals("TIMESTAMP WITH TIME ZONE") || type.equals("TIMESTAMPTZ_NS")) {
            return "epoch_us(CAST(" + name + " AS TIMESTAMPTZ))";
        }
        if (type.startsWith("TIMESTAMP") || type.equals("DATE")) {
            return "epoch_us(CAST(" + name + " AS TIMESTAMP))";
        }
        return switch (kind(instants.column())) {
            case TEXT ->
                instants.unit()
                        .map(unit -> unit == TimestampUnit.RFC3339 ? instantText(name) : number(name, unit))
                        .orElseGet(() -> "coalesce(" + number(name, TimestampUnit.US) + ", " + instantText(name) + ")");
            case WHOLE, NUMBER -> number(name, instants.unit().orElse(TimestampUnit.US));
            case BOOL, OTHER -> throw noInstants(instants.column(), type);
        };
    }

    private static String instantText(String name) {
        return "epoch_us(TRY_CAST(" + name + " AS TIMESTAMPTZ))";
    }

    private static String number(String name, TimestampUnit unit) {
        String scale =
                switch (unit) {
                    case S -> "1000000";
                    case MS -> "1000";
                    case US, RFC3339 -> "1";
                };
        return "TRY_CAST(floor(TRY_CAST(" + name + " AS DECIMAL(28,9)) * CAST(" + scale
                + " AS DECIMAL(7,0))) AS BIGINT)";
    }

    private static JobFailedException noInstants(String column, String type) {
        return new JobFailedException(
                "column '" + column + "' is " + type
                        + "; instants are timestamps, RFC 3339 text or numbers in the pipeline's unit",
                null);
    }
}
