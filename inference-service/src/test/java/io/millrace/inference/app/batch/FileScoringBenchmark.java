package io.millrace.inference.app.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.jobs.Job;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scores a Parquet file, in a process of its own with a heap of 256 MiB and as much for DuckDB, beside DuckDB's own copy of that file with one more column; then a file of a tenth of the rows, to see
 * whether memory depends on their number. The features come from a made history, so that what is measured is this service's part. By name:
 * {@code mvn -pl inference-service test -Dtest=FileScoringBenchmark}, with {@code -Dmillrace.benchmark.rows=N}.
 */
public class FileScoringBenchmark {
    private static final int CHUNK_ROWS = 200_000;
    private static final int SCORE_ROWS = 5_000;
    private static final long DUCKDB_BYTES = 256L << 20;
    private static final long REQUEST_BYTES = 15L << 20;

    @TempDir
    private Path folder;

    /** What a process said of itself. */
    private record Run(double seconds, double processorSeconds, long peakKib) {}

    @Test
    void memoryDoesNotDependOnTheNumberOfRows() throws Exception {
        long rows = Long.getLong("millrace.benchmark.rows", 10_000_000);
        Run small = run("small", rows / 10);
        Run large = run("large", rows);
        assertThat(large.peakKib())
                .as("peak resident KiB of %d rows, %d of a tenth", large.peakKib(), small.peakKib())
                .isLessThan(small.peakKib() * 3 / 2);
    }

    private Run run(String name, long rows) throws IOException, InterruptedException, SQLException {
        Path place = Files.createDirectories(folder.resolve(name));
        Path input = place.resolve("rows.parquet");
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute("SET threads=1");
            statement.execute("SET memory_limit='256MB'");
            statement.execute(
                    "COPY (SELECT i AS id, to_timestamp(1772000000 + i / 1000.0) AS time, 'u' || (i * 7919 % 100000) AS \"user\","
                            + " (i % 1000) / 7.0 AS x, 'note ' || i AS note FROM range(" + rows + ") t(i)) TO '" + input
                            + "' (FORMAT parquet)");
            long begin = System.nanoTime();
            statement.execute("COPY (SELECT *, x * 100 + 10 AS prediction FROM read_parquet('" + input + "')) TO '"
                    + place.resolve("floor.parquet") + "' (FORMAT parquet)");
            System.out.printf(
                    "%s: %,d rows, %,d KiB; the copy takes %.1f s%n",
                    name, rows, Files.size(input) >> 10, (System.nanoTime() - begin) / 1e9);
        }
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        FileScoringBenchmark.class.getName(),
                        place.toString(),
                        input.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = process.inputReader().lines().reduce("", (_, line) -> line);
        assertThat(process.waitFor()).as(said).isZero();
        String[] parts = said.split(" ");
        var run = new Run(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]), Long.parseLong(parts[2]));
        System.out.printf(
                "%s: scored in %.1f s (%,.0f rows/s), %.1f s of the processors (%.1f us a row), %,d MiB resident at most%n",
                name,
                run.seconds(),
                rows / run.seconds(),
                run.processorSeconds(),
                run.processorSeconds() * 1e6 / rows,
                run.peakKib() >> 10);
        checkOutput(place, rows);
        return run;
    }

    private static void checkOutput(Path place, long rows) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT count(*), count(prediction), count(error) FROM read_parquet('"
                                + place.resolve("batch/scored") + "/*.parquet')")) {
            assertThat(result.next()).isTrue();
            assertThat(result.getLong(1)).isEqualTo(rows);
            assertThat(result.getLong(2)).isEqualTo(rows);
            assertThat(result.getLong(3)).isZero();
        }
    }

    /** Scores one file; says seconds, seconds of the processors, and peak resident KiB. Arguments: folder, file. */
    public static void main(String[] arguments) throws Exception {
        var history = new MadeHistory(Duration.ZERO, REQUEST_BYTES);
        long begin = System.nanoTime();
        try (var stage = new BatchStage(Path.of(arguments[0]), history, CHUNK_ROWS, SCORE_ROWS, DUCKDB_BYTES)) {
            Job job = stage.start(Path.of(arguments[1]), FileFormat.PARQUET, FileFormat.PARQUET);
            var ended = new CountDownLatch(1);
            stage.jobs.watch(job.id(), each -> {
                if (each.state().isFinal()) {
                    ended.countDown();
                }
            });
            ended.await();
            Job last = stage.jobs.get(job.id());
            if (last.state() != Job.State.DONE) {
                throw new IllegalStateException(last.message());
            }
        }
        long peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        System.out.println((System.nanoTime() - begin) / 1e9 + " " + system.getProcessCpuTime() / 1e9 + " " + peak);
        System.exit(0);
    }
}
