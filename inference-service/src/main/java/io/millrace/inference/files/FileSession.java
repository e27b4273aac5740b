package io.millrace.inference.files;

import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.inference.app.batch.InputFile;
import io.millrace.inference.app.batch.RowFiles.ColumnKind;
import io.millrace.inference.app.batch.RowFiles.Field;
import io.millrace.inference.app.batch.RowFiles.Given;
import io.millrace.inference.app.batch.RowFiles.Instants;
import io.millrace.inference.app.batch.RowFiles.Scores;
import io.millrace.inference.app.batch.RowFiles.Session;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** One file while it is scored: {@code rows.parquet} in the work folder has its rows, numbered, with their instants. */
final class FileSession implements Session {
    static final String ROW = "__millrace_row";
    static final String INSTANT = "__millrace_as_of";
    static final String GIVEN = "__millrace_given";
    private static final String OWN = "__millrace_";

    private final InputFile input;
    private final Path numbered;
    private final Path output;
    private final DuckDBConnection database;
    private @Nullable Columns columns;
    private String prefix = "";
    private volatile @Nullable Statement current;

    /** Work that DuckDB or the disk may fail. */
    @FunctionalInterface
    interface Work<T> {
        T run(Statement statement) throws SQLException, IOException;
    }

    FileSession(DuckDb duckDb, InputFile input, Path work, Path output) {
        this.input = input;
        this.numbered = work.resolve("rows.parquet");
        this.output = output;
        try {
            this.database = duckDb.open(List.of(
                    work.toAbsolutePath(),
                    Objects.requireNonNull(input.path().toAbsolutePath().getParent()),
                    Objects.requireNonNull(output.toAbsolutePath().getParent())));
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public long number(Instants instants, List<String> needed, String columnPrefix) {
        this.prefix = columnPrefix;
        return doing(statement -> {
            if (Files.notExists(numbered)) {
                Columns given = Columns.of(statement, source());
                check(given, needed);
                statement.execute("COPY (SELECT row_number() OVER () - 1 AS " + ROW + ", " + given.instant(instants)
                        + " AS " + INSTANT + ", " + DuckDb.identifier(instants.column()) + " IS NOT NULL AS " + GIVEN
                        + ", * FROM " + source() + ") TO " + aside(numbered)
                        + " (FORMAT parquet, COMPRESSION zstd)");
                WholeFiles.place(numbered);
            }
            columns = Columns.of(statement, DuckDb.parquet(numbered));
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + DuckDb.parquet(numbered))) {
                count.next();
                return count.getLong(1);
            }
        });
    }

    @Override
    public ColumnKind kind(String column) {
        return columns().kind(column);
    }

    @Override
    public long keys(long from, long to, List<Field> keys, Path into) {
        return doing(statement -> {
            var select = new StringBuilder("SELECT " + ROW + " AS row_number, " + INSTANT + " AS as_of");
            var given = new StringBuilder(INSTANT + " IS NOT NULL");
            for (int i = 0; i < keys.size(); i++) {
                String value = columns().value(keys.get(i));
                select.append(", ").append(value).append(" AS key_").append(i);
                given.append(" AND (").append(value).append(") IS NOT NULL");
                if (columns().kind(keys.get(i).name()) == ColumnKind.NUMBER) {
                    given.append(" AND isfinite(").append(value).append(")");
                }
            }
            statement.execute("COPY (" + select + " FROM " + part(from, to) + " AND " + given + " ORDER BY " + ROW
                    + ") TO " + aside(into) + " (FORMAT parquet, COMPRESSION zstd)");
            WholeFiles.place(into);
            try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + DuckDb.parquet(into))) {
                count.next();
                return count.getLong(1);
            }
        });
    }

    @Override
    public Given read(long from, long to, List<Field> fields, List<Path> features, int width) {
        try {
            return new GivenRows(this, part(from, to), fields, columns(), features, width);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public Scores scores(long from, long to, Path into) {
        try {
            return new ScoreTable(this, from, to, prefix, into);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public long join(List<Path> chunks, FileFormat format) {
        return doing(statement -> {
            String all = DuckDb.parquet(chunks);
            long invalid;
            try (ResultSet count = statement.executeQuery(
                    "SELECT count(" + DuckDb.identifier(prefix + ScoreTable.ERROR) + ") FROM " + all)) {
                count.next();
                invalid = count.getLong(1);
            }
            String options =
                    switch (format) {
                        case PARQUET -> "FORMAT parquet, COMPRESSION zstd";
                        case CSV -> "FORMAT csv, HEADER";
                    };
            statement.execute("COPY (SELECT * FROM " + all + ") TO " + aside(output) + " (" + options + ")");
            WholeFiles.place(output);
            return invalid;
        });
    }

    @Override
    public void cancel() {
        Statement running = current;
        try {
            if (running != null) {
                running.cancel();
            }
        } catch (SQLException alreadyOver) {
            // The statement ended by itself; the next look at the job's state ends the run.
            Objects.requireNonNull(alreadyOver);
        }
    }

    @Override
    public void close() {
        try {
            database.close();
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    DuckDBConnection database() {
        return database;
    }

    Path numbered() {
        return numbered;
    }

    <T> T doing(Work<T> work) {
        try (Statement statement = database.createStatement()) {
            current = statement;
            return work.run(statement);
        } catch (SQLException e) {
            throw failed(e);
        } catch (IOException e) {
            throw new JobFailedException("the disk does not do its part: " + e.getMessage(), e);
        } finally {
            current = null;
        }
    }

    static JobFailedException failed(SQLException e) {
        String message = e.getMessage();
        return new JobFailedException(
                "the file cannot be scored: "
                        + (message == null ? "" : message.lines().findFirst().orElse("")),
                e);
    }

    static String aside(Path file) {
        return DuckDb.literal(WholeFiles.aside(file).toString());
    }

    /** Rows {@code from} to {@code to}, exclusive: what stands behind FROM, with a condition at its end. */
    String part(long from, long to) {
        return DuckDb.parquet(numbered) + " WHERE " + ROW + " >= " + from + " AND " + ROW + " < " + to;
    }

    private Columns columns() {
        return Objects.requireNonNull(columns, "the rows are numbered first");
    }

    /** All that is wrong with the columns, at once. */
    private void check(Columns given, List<String> needed) {
        var faults = new ArrayList<String>();
        needed.stream()
                .filter(name -> !given.names().contains(name))
                .forEach(name -> faults.add("the rows have no column '" + name + "'"));
        given.names().stream()
                .filter(name -> name.startsWith(OWN))
                .forEach(name -> faults.add("column names that begin with " + OWN + " are taken: '" + name + "'"));
        ScoreTable.columns().stream()
                .filter(name -> given.names().contains(prefix + name))
                .forEach(name ->
                        faults.add("the rows have a column '" + prefix + name + "' already; choose another prefix"));
        if (!faults.isEmpty()) {
            throw new JobFailedException(String.join("; ", faults) + " (the columns are " + given.names() + ")", null);
        }
    }

    private String source() {
        String file = DuckDb.literal(input.path().toAbsolutePath().toString());
        return switch (input.format()) {
            case PARQUET -> "read_parquet(" + file + ")";
            case CSV -> "read_csv(" + file + ", header=true, all_varchar=true)";
        };
    }
}
