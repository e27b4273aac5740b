package io.millrace.features.offline;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A training set of many rows from many events in bounded memory, beside DuckDB's own ASOF join of the newest value of the same rows and files.
 *
 * <p>{@code mvn -pl feature-service test -Dtest=TrainingSetBenchmark -Dmillrace.benchmark.events=100000000 -Dmillrace.benchmark.rows=10000000}; the entities are a hundredth of the
 * events where {@code -Dmillrace.benchmark.entities} does not say how many there are, {@code -Dmillrace.benchmark.memory} is DuckDB's limit in MiB. With {@code
 * -Dmillrace.benchmark.known=true} each row knows what had arrived an hour after its instant.
 */
class TrainingSetBenchmark {
    private static final FeatureView VIEW = Views.view(Views.activity("activity", "v1", "clicks"));
    private static final long SPAN = 30 * OfflineFixture.DAY;
    private static final int BATCH = 500_000;

    @TempDir
    Path directory;

    @Test
    void aTrainingSetTakesBoundedMemory() throws Exception {
        long events = Long.getLong("millrace.benchmark.events", 1_000_000);
        long rows = Long.getLong("millrace.benchmark.rows", 100_000);
        long memory = Long.getLong("millrace.benchmark.memory", 256) << 20;
        long entities = Long.getLong("millrace.benchmark.entities", Math.max(1, events / 100));
        OfflineStore store = TestOfflineStore.of(directory);
        long begin = System.nanoTime();
        fill(store, events, entities);
        double generated = seconds(begin);
        Path asked = directory.resolve("rows.parquet");
        var duckDb = new DuckDb(memory, 2, directory.resolve("spill"));
        try (Connection connection = duckDb.open(List.of(directory));
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT (hash(i) % " + entities + ")::BIGINT AS user_id, " + OfflineFixture.START
                    + " + (hash(i + 7) % " + SPAN
                    + ")::BIGINT AS event_timestamp, event_timestamp + 3600000000 AS known"
                    + " FROM range(" + rows + ") t(i)) TO '" + asked + "' (FORMAT parquet)");
        }
        var writer = new TrainingSetWriter(
                store,
                TrainingSetFixture.NO_DATABASES,
                new TrainingSetWriter.Bounds(memory, 2, 256L << 30, directory.resolve("work")));
        var set = new TrainingSet(
                new TrainingRows.File(asked, RowFormat.PARQUET),
                TrainingSetFixture.all(VIEW),
                "event_timestamp",
                Map.of(),
                Boolean.getBoolean("millrace.benchmark.known") ? new KnownAt.Column("known") : new KnownAt.Today(),
                false,
                false,
                TrainingSet.Expired.VALUE,
                TrainingSet.Format.PARQUET,
                directory.resolve("out.parquet"));
        begin = System.nanoTime();
        long from = begin;
        double processor = processor();
        var context = new TrainingSetFixture.Context(
                () -> {}, phase -> System.out.printf(Locale.ROOT, "%.1f s: %s%n", seconds(from), phase));
        assertThat(writer.write(set, context)).isEqualTo(rows);
        double made = seconds(begin);
        double ofMade = processor() - processor;
        processor = processor();
        double floor = floor(store, asked, duckDb, rows);
        double ofFloor = processor() - processor;
        System.out.printf(
                Locale.ROOT,
                "%,d rows x %,d events of %,d entities (generated in %.1f s): %.1f s (processors %.1f s), %,.0f rows/s, %,.0f events/s;"
                        + " ASOF join of the newest value alone %.1f s (processors %.1f s); DuckDB's limit %d MiB, heap %d MiB, peak resident %s%n",
                rows,
                events,
                entities,
                generated,
                made,
                ofMade,
                rows / made,
                events / made,
                floor,
                ofFloor,
                memory >> 20,
                Runtime.getRuntime().maxMemory() >> 20,
                peak());
    }

    private double floor(OfflineStore store, Path asked, DuckDb duckDb, long rows) throws Exception {
        try (var snapshot = store.snapshot(VIEW.id())) {
            var folders = new ArrayList<Path>();
            folders.add(directory);
            snapshot.paths().forEach(path -> folders.add(path.getParent()));
            long begin = System.nanoTime();
            try (Connection connection = duckDb.open(folders.stream().distinct().toList());
                    Statement statement = connection.createStatement()) {
                statement.execute("COPY (SELECT r.*, v.f_amount FROM read_parquet('" + asked
                        + "') r ASOF LEFT JOIN read_parquet(" + DuckDb.files(snapshot.paths())
                        + ") v ON r.user_id = v.k_user_id AND r.event_timestamp >= v.event_time) TO '"
                        + directory.resolve("floor.parquet") + "' (FORMAT parquet, COMPRESSION zstd)");
                try (ResultSet count = statement.executeQuery(
                        "SELECT count(*) FROM read_parquet('" + directory.resolve("floor.parquet") + "')")) {
                    count.next();
                    assertThat(count.getLong(1)).isEqualTo(rows);
                }
            }
            return seconds(begin);
        }
    }

    /** Events of uniform entities and times in the order of time, which is how they come. */
    private static void fill(OfflineStore store, long events, long entities) {
        var random = new SplittableRandom(1);
        for (long from = 0; from < events; from += BATCH) {
            long to = Math.min(events, from + BATCH);
            var rows = new ArrayList<OfflineRow>();
            for (long i = from; i < to; i++) {
                long time = OfflineFixture.START + SPAN / events * i;
                rows.add(new OfflineRow(
                        new FeatureEvent(
                                new EntityKey(List.of(new FeatureValue.Int(random.nextLong(entities)))),
                                time,
                                new Position(OfflineFixture.SOURCE, i),
                                OfflineFixture.fields(random.nextDouble())),
                        time,
                        false));
            }
            store.append(
                    VIEW,
                    new OfflineBatch(
                            rows,
                            Map.of(
                                    OfflineFixture.SOURCE,
                                    new Span(from == 0 ? OfflineBatch.NEW : from, to, OfflineFixture.START + SPAN))));
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** Processor time of this process so far: on a machine that does other things too, it says more than the clock. */
    private static double processor() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static String peak() throws Exception {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .map(line -> line.substring(6).strip())
                .findFirst()
                .orElse("unknown");
    }
}
