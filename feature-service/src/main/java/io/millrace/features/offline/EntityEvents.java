package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/** Finds the events of some entities by DuckDB. */
final class EntityEvents implements OfflineHistory {
    private final DuckDb duckDb;

    EntityEvents(DuckDb duckDb) {
        this.duckDb = duckDb;
    }

    @Override
    public void events(
            FeatureView view,
            OfflineSnapshot snapshot,
            Set<EntityKey> keys,
            long upToMicros,
            Consumer<OfflineRow> rows) {
        List<Path> files = snapshot.paths(LocalDate.MIN, ParquetFiles.day(upToMicros));
        if (files.isEmpty() || keys.isEmpty()) {
            return;
        }
        Map<String, String> topics = snapshot.positions().keySet().stream()
                .collect(Collectors.toMap(SourcePartition::topicId, SourcePartition::topic, (one, _) -> one));
        ParquetColumns columns = ParquetColumns.of(view);
        try (Connection connection = duckDb.open(
                        files.stream().map(Path::getParent).distinct().toList());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE wanted ("
                    + IntStream.range(0, view.joinKeys().size())
                            .mapToObj(i -> "w" + i + " "
                                    + ParquetColumns.sqlType(
                                            view.joinKeys().get(i).type()))
                            .collect(Collectors.joining(", "))
                    + ")");
            try (DuckDBAppender appender =
                    connection.unwrap(DuckDBConnection.class).createAppender("wanted")) {
                for (EntityKey key : keys) {
                    appender.beginRow();
                    for (FeatureValue value : key.values()) {
                        ParquetColumns.append(value, appender);
                    }
                    appender.endRow();
                }
            }
            String same = IntStream.range(0, view.joinKeys().size())
                    .mapToObj(i -> "w" + i + " = "
                            + DuckDb.identifier("k_" + view.joinKeys().get(i).name()))
                    .collect(Collectors.joining(" AND "));
            try (ResultSet result = statement.executeQuery("SELECT v.* FROM read_parquet(" + DuckDb.files(files)
                    + ") v JOIN wanted ON " + same + " WHERE event_time <= " + upToMicros)) {
                while (result.next()) {
                    rows.accept(columns.read(result, topics));
                }
            }
        } catch (SQLException e) {
            throw new OfflineStoreException("events of " + view.id() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
