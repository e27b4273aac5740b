package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.kernel.FeatureView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Writes, merges and reads Parquet files by DuckDB. Every file that is written is sorted and lies in the folder for work. */
final class ParquetFiles {
    private static final long MICROS_OF_DAY = 86_400_000_000L;
    private static final int ROW_GROUP = 122_880;

    private final DuckDb duckDb;
    private final Path work;

    /** A file that was written, with the rows in it. */
    record Written(LocalDate day, Path file, long rows) {}

    ParquetFiles(DuckDb duckDb, Path work) {
        this.duckDb = duckDb;
        this.work = work;
    }

    /** The day of an event time, UTC. */
    static LocalDate day(long micros) {
        return LocalDate.ofEpochDay(Math.floorDiv(micros, MICROS_OF_DAY));
    }

    /** Now in the day that a row of the clock's time would be in. */
    static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }

    /** One file for each day of the rows. */
    List<Written> write(FeatureView view, List<OfflineRow> rows) throws IOException {
        if (rows.isEmpty()) {
            return List.of();
        }
        ParquetColumns columns = ParquetColumns.of(view);
        Map<LocalDate, List<OfflineRow>> byDay = new TreeMap<>();
        rows.forEach(row -> byDay.computeIfAbsent(day(row.event().timeMicros()), _ -> new ArrayList<>())
                .add(row));
        var written = new ArrayList<Written>();
        try (Connection connection = open(List.of())) {
            for (Map.Entry<LocalDate, List<OfflineRow>> day : byDay.entrySet()) {
                written.add(write(columns, day.getKey(), day.getValue(), connection));
            }
            return written;
        } catch (SQLException e) {
            for (Written each : written) {
                Files.deleteIfExists(each.file());
            }
            throw new IOException("rows of " + view.id() + " cannot be written as Parquet: " + e.getMessage(), e);
        }
    }

    private Written write(ParquetColumns columns, LocalDate day, List<OfflineRow> rows, Connection connection)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE rows (" + columns.declarations() + ")");
            try (DuckDBAppender appender =
                    connection.unwrap(DuckDBConnection.class).createAppender("rows")) {
                for (OfflineRow row : rows) {
                    columns.append(row, appender);
                }
            }
            Path file = fresh();
            copy(statement, "SELECT * FROM rows ORDER BY " + columns.order(), file);
            statement.execute("DROP TABLE rows");
            return new Written(day, file, rows.size());
        }
    }

    /**
     * Some files of a day as one.
     *
     * @param where SQL over the columns that the rows to keep meet; null for all
     * @return empty where no row is left
     */
    List<Written> merge(FeatureView view, LocalDate day, List<Path> files, @Nullable String where) throws IOException {
        ParquetColumns columns = ParquetColumns.of(view);
        Path file = fresh();
        try (Connection connection = open(files);
                Statement statement = connection.createStatement()) {
            String from = " FROM read_parquet(" + DuckDb.files(files) + ")" + (where == null ? "" : " WHERE " + where);
            copy(statement, "SELECT *" + from + " ORDER BY " + columns.order(), file);
            long rows;
            try (ResultSet count =
                    statement.executeQuery("SELECT count(*) FROM read_parquet(" + DuckDb.files(List.of(file)) + ")")) {
                count.next();
                rows = count.getLong(1);
            }
            if (rows == 0) {
                Files.deleteIfExists(file);
                return List.of();
            }
            return List.of(new Written(day, file, rows));
        } catch (SQLException e) {
            Files.deleteIfExists(file);
            throw new IOException("files of " + view.id() + " cannot be merged: " + e.getMessage(), e);
        }
    }

    /** How many rows of some files meet a condition. */
    long count(FeatureView view, List<Path> files, String where) throws IOException {
        try (Connection connection = open(files);
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery(
                        "SELECT count(*) FROM read_parquet(" + DuckDb.files(files) + ") WHERE " + where)) {
            count.next();
            return count.getLong(1);
        } catch (SQLException e) {
            throw new IOException("files of " + view.id() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Every row of some files, one after the other. */
    void read(FeatureView view, List<Path> files, Map<String, String> topics, Consumer<OfflineRow> rows)
            throws IOException {
        if (files.isEmpty()) {
            return;
        }
        ParquetColumns columns = ParquetColumns.of(view);
        try (Connection connection = open(files);
                Statement statement = connection.createStatement()) {
            for (Path file : files) {
                try (ResultSet result =
                        statement.executeQuery("FROM read_parquet(" + DuckDb.files(List.of(file)) + ")")) {
                    while (result.next()) {
                        rows.accept(columns.read(result, topics));
                    }
                }
            }
        } catch (SQLException e) {
            throw new IOException("files of " + view.id() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void copy(Statement statement, String query, Path file) throws SQLException {
        statement.execute("COPY (" + query + ") TO " + DuckDb.literal(file.toString())
                + " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE " + ROW_GROUP + ")");
    }

    private Connection open(List<Path> files) throws SQLException {
        var folders = new ArrayList<Path>();
        folders.add(work);
        files.stream().map(Path::getParent).distinct().forEach(folders::add);
        try {
            Files.createDirectories(work);
        } catch (IOException e) {
            throw new SQLException("the folder for work cannot be made", e);
        }
        return duckDb.open(folders);
    }

    private Path fresh() {
        return work.resolve(UUID.randomUUID() + ".parquet");
    }
}
