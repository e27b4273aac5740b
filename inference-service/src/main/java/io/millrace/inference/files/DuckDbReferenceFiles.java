package io.millrace.inference.files;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.batch.RowFiles.ColumnKind;
import io.millrace.inference.app.watch.ReferenceFiles;
import io.millrace.inference.app.watch.ReferenceTable;
import io.millrace.inference.config.BatchConfig;
import io.millrace.inference.domain.ModelDefinition.RowFormat;
import io.millrace.inference.domain.ModelFault;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** References, read by DuckDB out of a folder of their own that goes with the call. */
@Singleton
public final class DuckDbReferenceFiles implements ReferenceFiles {
    /** More rows tell nothing more of a distribution; of larger files so many are drawn. */
    static final int MOST_ROWS = 100_000;

    private static final int MOST_COLUMNS = 1_000;

    private final long memoryBytes;
    private final long spillBytes;

    @Inject
    public DuckDbReferenceFiles(BatchConfig config) {
        this(config.memoryLimit().asLongValue(), config.spillLimit().asLongValue());
    }

    /**
     * @param memoryBytes what reading one file may take beside the heap
     * @param spillBytes disk for what does not fit
     */
    public DuckDbReferenceFiles(long memoryBytes, long spillBytes) {
        this.memoryBytes = memoryBytes;
        this.spillBytes = spillBytes;
    }

    @Override
    public ReferenceTable read(ByteBuffer content, RowFormat format, Set<String> numbers) throws ModelRefusedException {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("millrace-reference");
            Path file = folder.resolve("rows");
            try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer left = content.duplicate();
                while (left.hasRemaining()) {
                    channel.write(left);
                }
            }
            return read(folder, file, format, numbers);
        } catch (SQLException e) {
            String message = String.valueOf(e.getMessage());
            throw new ModelRefusedException(
                    ModelFault.INVALID_REFERENCE,
                    "the rows of the reference cannot be read: "
                            + message.lines().findFirst().orElse(""),
                    e);
        } catch (IOException e) {
            throw new ModelRefusedException(
                    ModelFault.UNREADABLE, "the rows of the reference cannot be put aside: " + e, e);
        } finally {
            delete(folder);
        }
    }

    private ReferenceTable read(Path folder, Path file, RowFormat format, Set<String> numbers) throws SQLException {
        DuckDb duckDb = new DuckDb(memoryBytes, spillBytes, folder.resolve("spill"));
        String literal = DuckDb.literal(file.toAbsolutePath().toString());
        String source =
                switch (format) {
                    case PARQUET -> "read_parquet(" + literal + ")";
                    case CSV -> "read_csv(" + literal + ", header=true, sample_size=-1)";
                };
        try (DuckDBConnection database = duckDb.open(List.of(folder.toAbsolutePath()));
                Statement statement = database.createStatement()) {
            Columns columns = Columns.of(statement, source);
            List<String> names = columns.names().stream()
                    .filter(name -> numbers.contains(name) || columns.kind(name) != ColumnKind.OTHER)
                    .limit(MOST_COLUMNS)
                    .toList();
            if (names.isEmpty()) {
                throw new SQLException("it has no columns of numbers or texts");
            }
            int rows = rows(statement, source);
            String select = names.stream()
                    .map(name -> value(name, columns.kind(name), numbers.contains(name)))
                    .collect(Collectors.joining(", "));
            String drawn = rows > MOST_ROWS ? " USING SAMPLE reservoir(" + MOST_ROWS + " ROWS) REPEATABLE (1)" : "";
            try (ResultSet result = statement.executeQuery("SELECT " + select + " FROM " + source + drawn)) {
                return table(result, names, columns, numbers, Math.min(rows, MOST_ROWS));
            }
        }
    }

    private static int rows(Statement statement, String source) throws SQLException {
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + source)) {
            count.next();
            return (int) Math.min(Integer.MAX_VALUE, count.getLong(1));
        }
    }

    private static String value(String name, ColumnKind kind, boolean number) {
        String column = DuckDb.identifier(name);
        return kind == ColumnKind.TEXT && !number ? column : "TRY_CAST(" + column + " AS DOUBLE)";
    }

    private static ReferenceTable table(
            ResultSet result, List<String> names, Columns columns, Set<String> numbers, int rows) throws SQLException {
        var table = new ArrayList<ReferenceTable.Column>(names.size());
        for (String name : names) {
            boolean text = columns.kind(name) == ColumnKind.TEXT && !numbers.contains(name);
            table.add(
                    text
                            ? new ReferenceTable.Column.Texts(name, new @Nullable String[rows])
                            : new ReferenceTable.Column.Numbers(name, new double[rows]));
        }
        for (int row = 0; row < rows && result.next(); row++) {
            for (int i = 0; i < table.size(); i++) {
                switch (table.get(i)) {
                    case ReferenceTable.Column.Numbers given -> {
                        double value = result.getDouble(i + 1);
                        given.values()[row] = result.wasNull() || !Double.isFinite(value) ? Double.NaN : value;
                    }
                    case ReferenceTable.Column.Texts given -> given.values()[row] = result.getString(i + 1);
                }
            }
        }
        return new ReferenceTable(table);
    }

    private static void delete(@Nullable Path folder) throws ModelRefusedException {
        if (folder == null) {
            return;
        }
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new ModelRefusedException(
                    ModelFault.UNREADABLE, "the rows of the reference cannot be put away: " + e, e);
        }
    }
}
