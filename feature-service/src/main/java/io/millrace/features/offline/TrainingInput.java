package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.ValueType;
import io.millrace.jobs.JobFailedException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The entity rows of a training set: read once, numbered in their order, with their instants as microseconds. */
final class TrainingInput {
    /** What a status column's name ends with. */
    static final String STATUS = "__status";

    /** What a column of event times ends with. */
    static final String EVENT_TIME = "__event_time";

    static final String ROW = "__millrace_row";
    static final String INSTANT = "__millrace_instant";
    static final String KNOWN = "__millrace_known";
    private static final String POSITIONS =
            "[{\"view\":\"VARCHAR\",\"view_version\":\"VARCHAR\",\"topic_id\":\"VARCHAR\",\"partition\":\"INTEGER\",\"offset\":\"BIGINT\"}]";

    private final TrainingSet set;
    private final Path numbered;
    private final Map<String, String> types = new LinkedHashMap<>();
    private long newestMicros;

    TrainingInput(TrainingSet set, Path work) {
        this.set = set;
        this.numbered = work.resolve("rows.parquet");
    }

    /** The folders that must be reachable. */
    List<Path> folders() {
        return switch (set.rows()) {
            case TrainingRows.File(Path path, var _) ->
                List.of(path.toAbsolutePath().getParent());
            case TrainingRows.Query _ -> List.of();
        };
    }

    /** The numbered rows, as SQL. */
    String table() {
        return "read_parquet(" + DuckDb.literal(numbered.toString()) + ")";
    }

    /** The numbered rows as {@code r}, and beside them the answers of each part of the plan as {@code a0}, {@code a1}, …: what stands behind FROM. */
    String withAnswers() {
        var from = new StringBuilder(table()).append(" r");
        for (int part = 0; part < set.plan().parts().size(); part++) {
            String answers = "a" + part;
            from.append(" LEFT JOIN ")
                    .append(TrainingSql.answerTable(part))
                    .append(' ')
                    .append(answers)
                    .append(" ON ")
                    .append(answers)
                    .append(".row_number = r.")
                    .append(ROW);
        }
        return from.toString();
    }

    /** The column of the rows that holds a join key or request data. */
    String column(String name) {
        return set.column(name);
    }

    /** Columns of {@link #table} that are not the user's. */
    String ownColumns() {
        return ROW + ", " + INSTANT + (knownColumn().isPresent() ? ", " + KNOWN : "");
    }

    /** The largest instant of any row. */
    long newestMicros() {
        return newestMicros;
    }

    /** Reads and numbers the rows; gives their number. */
    long load(Statement statement) throws SQLException {
        describe(statement, source(Set.of()));
        check();
        var own = new StringBuilder("row_number() OVER () - 1 AS " + ROW + ", ")
                .append(instant(set.timestampColumn()))
                .append(" AS ")
                .append(INSTANT);
        knownColumn()
                .ifPresent(known ->
                        own.append(", ").append(known(known)).append(" AS ").append(KNOWN));
        statement.execute("COPY (SELECT " + own + ", * FROM " + source(textKeys()) + ") TO "
                + DuckDb.literal(numbered.toString()) + " (FORMAT parquet)");
        return count(statement);
    }

    /** The column that says what each row knows. */
    private Optional<String> knownColumn() {
        return switch (set.knownAt()) {
            case KnownAt.Column(String name) -> Optional.of(name);
            case KnownAt.PositionsColumn(String name) -> Optional.of(name);
            case KnownAt.Today _, KnownAt.At _, KnownAt.Positions _ -> Optional.empty();
        };
    }

    private String known(String column) {
        return switch (set.knownAt()) {
            case KnownAt.PositionsColumn _ -> positions(column);
            case KnownAt.Column _, KnownAt.Today _, KnownAt.At _, KnownAt.Positions _ -> instant(column);
        };
    }

    /** Recorded positions as a list of structures. */
    private String positions(String column) {
        String name = DuckDb.identifier(column);
        String type = types.getOrDefault(column, "");
        if (!isText(column) && !type.equals("JSON") && !type.endsWith("[]")) {
            throw new JobFailedException(
                    "column '" + column + "' is " + type
                            + "; recorded positions are a list of {view, topic_id, partition, offset}, or that as JSON text",
                    null);
        }
        return "from_json(" + (isText(column) ? "json(" + name + ")" : "to_json(" + name + ")") + ", '" + POSITIONS
                + "')";
    }

    private long count(Statement statement) throws SQLException {
        String known = knownColumn().isPresent() ? ", count(" + KNOWN + ")" : ", count(*)";
        try (ResultSet result = statement.executeQuery(
                "SELECT count(*), count(" + INSTANT + "), max(" + INSTANT + ")" + known + " FROM " + table())) {
            result.next();
            long rows = result.getLong(1);
            if (result.getLong(2) != rows) {
                throw new JobFailedException(
                        (rows - result.getLong(2)) + " rows have no instant in '" + set.timestampColumn() + "'", null);
            }
            newestMicros = result.getLong(3);
            if (result.getLong(4) != rows) {
                throw new JobFailedException(
                        (rows - result.getLong(4)) + " rows do not say when they know what they know", null);
            }
            return rows;
        }
    }

    /** SQL for each of a view's join keys, in its type. */
    List<String> keys(FeatureView view) {
        return view.joinKeys().stream()
                .map(key -> key(key, set.column(key.name())))
                .toList();
    }

    private String key(JoinKey key, String column) {
        String name = DuckDb.identifier(column);
        return switch (key.type()) {
            case TIMESTAMP -> instant(column);
            case BYTES -> isText(column) ? "from_base64(" + name + ")" : name;
            default -> "CAST(" + name + " AS " + ParquetColumns.sqlType(key.type()) + ")";
        };
    }

    /**
     * @param asText columns that must stay as they are written: 007 is not 7
     */
    private String source(Set<String> asText) {
        return switch (set.rows()) {
            case TrainingRows.File(Path path, TrainingRows.RowFormat format) -> {
                String file = DuckDb.literal(path.toAbsolutePath().toString());
                yield switch (format) {
                    case PARQUET -> "read_parquet(" + file + ")";
                    case JSON -> "read_json(" + file + ", format='auto', maximum_object_size=16777216)";
                    case CSV ->
                        "read_csv(" + file + ", header=true"
                                + (asText.isEmpty()
                                        ? ""
                                        : asText.stream()
                                                .map(name -> DuckDb.literal(name) + ": 'VARCHAR'")
                                                .collect(Collectors.joining(", ", ", types={", "}")))
                                + ")";
                };
            }
            case TrainingRows.Query _ -> QueriedRows.TABLE;
        };
    }

    private void describe(Statement statement, String source) throws SQLException {
        try (ResultSet columns = statement.executeQuery("DESCRIBE SELECT * FROM " + source)) {
            while (columns.next()) {
                types.put(columns.getString(1), columns.getString(2).toUpperCase(Locale.ROOT));
            }
        }
    }

    private Set<String> textKeys() {
        Set<String> text = new LinkedHashSet<>();
        for (ReadPlan.Part part : set.plan().parts()) {
            for (JoinKey key : part.view().joinKeys()) {
                if (key.type() == ValueType.STRING) {
                    text.add(set.column(key.name()));
                }
            }
        }
        for (EventField field : set.plan().onDemand().request()) {
            if (field.type() == ValueType.STRING) {
                text.add(set.column(field.name()));
            }
        }
        return text;
    }

    /** All that is wrong with the columns, at once. */
    private void check() {
        Set<String> needed = new LinkedHashSet<>();
        needed.add(set.timestampColumn());
        knownColumn().ifPresent(needed::add);
        set.plan().joinKeys().stream().sorted().forEach(key -> needed.add(set.column(key)));
        var faults = new ArrayList<String>();
        needed.stream()
                .filter(name -> !types.containsKey(name))
                .forEach(name -> faults.add("the rows have no column '" + name + "'"));
        for (EventField field : set.plan().onDemand().request()) {
            String name = set.column(field.name());
            if (!types.containsKey(name)) {
                faults.add("the rows have no column '" + name + "' ("
                        + field.type().word() + "), of which an on-demand feature is computed");
            }
        }
        for (ReadPlan.Output output : set.plan().outputs()) {
            if (types.containsKey(output.name())) {
                faults.add("the rows have a column '" + output.name()
                        + "' already; ask for full feature names, or rename it");
            }
        }
        types.keySet().stream()
                .filter(name -> name.startsWith("__millrace_"))
                .forEach(name -> faults.add("column names that begin with __millrace_ are taken: '" + name + "'"));
        if (!faults.isEmpty()) {
            throw new JobFailedException(String.join("; ", faults) + " (the columns are " + types.keySet() + ")", null);
        }
    }

    /** A column as microseconds since the epoch. */
    private String instant(String column) {
        String name = DuckDb.identifier(column);
        String type = types.getOrDefault(column, "");
        if (isText(column)) {
            return "epoch_us(CAST(" + name + " AS TIMESTAMPTZ))";
        }
        if (type.equals("TIMESTAMP WITH TIME ZONE") || type.equals(DuckDb.NANOSECONDS)) {
            return "epoch_us(CAST(" + name + " AS TIMESTAMPTZ))";
        }
        if (type.startsWith("TIMESTAMP") || type.equals("DATE")) {
            return "epoch_us(CAST(" + name + " AS TIMESTAMP))";
        }
        if (type.endsWith("INT") || type.equals("INTEGER") || type.equals("UINTEGER")) {
            return "CAST(" + name + " AS BIGINT)";
        }
        throw new JobFailedException(
                "column '" + column + "' is " + type
                        + "; instants are timestamps, RFC 3339 text or microseconds since the epoch",
                null);
    }

    private boolean isText(String column) {
        return "VARCHAR".equals(types.get(column));
    }
}
