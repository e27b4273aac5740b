package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.batch.BatchSourceException;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.NamedView;
import io.millrace.jobs.JobContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes small training sets and reads them back. */
final class TrainingSetFixture {
    static final QueriedRows.Databases NO_DATABASES = (connection, _) -> {
        throw new BatchSourceException("there is no connection '" + connection + "'", null);
    };

    private final Path directory;
    private final TrainingSetWriter writer;
    private int made;

    TrainingSetFixture(OfflineStore store, Path directory) {
        this(store, NO_DATABASES, directory);
    }

    TrainingSetFixture(OfflineStore store, QueriedRows.Databases databases, Path directory) {
        this.directory = directory;
        this.writer = new TrainingSetWriter(
                store, databases, new TrainingSetWriter.Bounds(256 << 20, 1, 1L << 30, directory.resolve("work")));
    }

    /** All features of a view by their own names. */
    static ReadPlan all(FeatureView view) {
        return plan(
                view.features().stream()
                        .map(feature -> view.id().name() + ":" + feature.name())
                        .toList(),
                view);
    }

    static ReadPlan plan(List<String> features, NamedView... views) {
        return ReadPlan.of(features, false, name -> List.of(views).stream()
                .filter(view -> view.id().name().equals(name))
                .findFirst());
    }

    TrainingSet set(Path rows, RowFormat format, ReadPlan plan, KnownAt knownAt) {
        return set(new TrainingRows.File(rows, format), plan, knownAt);
    }

    TrainingSet set(TrainingRows rows, ReadPlan plan, KnownAt knownAt) {
        return new TrainingSet(
                rows,
                plan,
                "event_timestamp",
                Map.of(),
                knownAt,
                true,
                false,
                TrainingSet.Expired.VALUE,
                TrainingSet.Format.PARQUET,
                directory.resolve("out-" + made++ + ".parquet"));
    }

    /** The same set with the event time beside each feature. */
    static TrainingSet withEventTimes(TrainingSet set) {
        return new TrainingSet(
                set.rows(),
                set.plan(),
                set.timestampColumn(),
                set.columns(),
                set.knownAt(),
                set.statuses(),
                true,
                set.expired(),
                set.format(),
                set.output());
    }

    /** The rows of the training set, by column. */
    List<Map<String, @Nullable Object>> make(TrainingSet set) throws SQLException {
        long rows = writer.write(set, new Context(() -> {}));
        List<Map<String, @Nullable Object>> read = read(set.output());
        if (read.size() != rows) {
            throw new AssertionError(rows + " rows were said, " + read.size() + " are there");
        }
        return read;
    }

    TrainingSetWriter writer() {
        return writer;
    }

    List<Map<String, @Nullable Object>> read(Path file) throws SQLException {
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        var duckDb = new DuckDb(256 << 20, 1, directory.resolve("spill"));
        String from = file.toString().endsWith(".csv") ? "read_csv('" : "read_parquet('";
        try (Connection connection = duckDb.open(List.of(file.toAbsolutePath().getParent()));
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("FROM " + from + file + "')")) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                var row = new LinkedHashMap<String, @Nullable Object>();
                for (int i = 1; i <= columns; i++) {
                    row.put(result.getMetaData().getColumnName(i), result.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    /** A job that nobody watches. */
    record Context(Runnable look, Consumer<String> phases) implements JobContext {
        Context(Runnable look) {
            this(look, _ -> {});
        }

        @Override
        public String id() {
            return "job";
        }

        @Override
        public void phase(String name, long done) {
            phases.accept(name);
        }

        @Override
        public void progress(long done, long expected) {}

        @Override
        public void checkCancelled() {
            look.run();
        }

        @Override
        public void onCancel(Runnable stop) {}

        @Override
        public Map<String, String> checkpoint() {
            return Map.of();
        }

        @Override
        public void checkpoint(Map<String, String> state) {}

        @Override
        public void result(String name, String value) {}
    }
}
