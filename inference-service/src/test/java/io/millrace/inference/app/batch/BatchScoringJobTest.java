package io.millrace.inference.app.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.jobs.Job;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchScoringJobTest {
    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private BatchStage stage;

    @BeforeEach
    void open() {
        stage = new BatchStage(folder, Duration.ZERO, 5);
    }

    @AfterEach
    void close() {
        stage.close();
    }

    /** Rows of which some have no feature, one that is too old, no key, no instant, or no number. */
    private static String csv(int rows) {
        var csv = new StringBuilder("id,time,user,x,note\n");
        for (int i = 0; i < rows; i++) {
            String user = i % 7 == 3 ? "" : i % 5 == 2 ? "nobody" + i : i % 11 == 5 ? "old" + i : "u" + i % 3;
            String time = i % 13 == 6
                    ? "yesterday"
                    : i % 17 == 9 ? "" : START.plusMillis(i * 1_001L).toString();
            String x = i % 19 == 8 ? "many" : i % 23 == 4 ? "NaN" : String.valueOf(i / 4.0);
            csv.append(i)
                    .append(',')
                    .append(time)
                    .append(',')
                    .append(user)
                    .append(',')
                    .append(x)
                    .append(",\"a, ");
            csv.append(i).append("\"\n");
        }
        return csv.toString();
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Job ended(Job job) {
        return await().atMost(LONG)
                .until(() -> stage.jobs.get(job.id()), each -> each.state().isFinal());
    }

    private static List<Map<String, @Nullable Object>> rows(Path file) throws SQLException {
        String read = file.toString().endsWith(".csv") ? "read_csv('%s', header=true)" : "read_parquet('%s')";
        var rows = new ArrayList<Map<String, @Nullable Object>>();
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("SELECT *, epoch_us(as_of) AS as_of_us FROM " + read.formatted(file))) {
            while (result.next()) {
                var row = new HashMap<String, @Nullable Object>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.put(result.getMetaData().getColumnName(i), result.getObject(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }

    private RowScore online(Map<String, @Nullable Object> row) {
        var fields = new HashMap<String, Object>();
        Object user = row.get("user");
        if (user != null) {
            fields.put("user", user);
        }
        String x = String.valueOf(row.get("x"));
        try {
            fields.put("x", Double.parseDouble(x));
        } catch (NumberFormatException text) {
            fields.put("x", x);
        }
        long asOf = (Long) Objects.requireNonNull(row.get("as_of_us"));
        return stage.scoring
                .score(BatchStage.pipeline(), List.of(new ScoreRow(fields, asOf)), Duration.ZERO, new Deadline(LONG))
                .rows()
                .getFirst();
    }

    @Test
    void scoresOfAFileAreToTheBitThoseOfOnlinePredictionsAsOfTheRowsInstants() throws Exception {
        Job job = ended(stage.start(file("rows.csv", csv(60)), FileFormat.CSV, FileFormat.PARQUET));

        assertThat(job.message()).isEmpty();
        List<Map<String, @Nullable Object>> rows = rows(stage.settings.output(job.id(), FileFormat.PARQUET));
        assertThat(rows).hasSize(60);
        int scored = 0;
        for (int i = 0; i < 60; i++) {
            Map<String, @Nullable Object> row = rows.get(i);
            assertThat(row).containsEntry("id", String.valueOf(i)).containsEntry("note", "a, " + i);
            if (row.get("as_of_us") == null) {
                assertThat(row.get("prediction")).isNull();
                assertThat(row).containsEntry("error", i % 13 == 6 ? "INVALID_TIMESTAMP" : "MISSING_TIMESTAMP");
                continue;
            }
            long time = ChronoUnit.MICROS.between(Instant.EPOCH, START.plusMillis(i * 1_001L));
            assertThat(row).as("the instant before the event").containsEntry("as_of_us", time - 1);
            switch (online(row)) {
                case Scored online -> {
                    assertThat(Double.doubleToLongBits((Double) Objects.requireNonNull(row.get("prediction"))))
                            .as("row %d", i)
                            .isEqualTo(Double.doubleToLongBits(online.prediction()));
                    assertThat(row)
                            .containsEntry("features_hash", online.vectorHash())
                            .containsEntry("imputed", online.imputed().isEmpty() ? "[]" : "[\"v:a\"]")
                            .containsEntry("error", null)
                            .containsEntry("model_version", "1");
                    assertThat(String.valueOf(row.get("feature_event_times")))
                            .isEqualTo(
                                    online.eventTimeMicros().isEmpty()
                                            ? "{}"
                                            : "{\"v:a\":\""
                                                    + Instant.EPOCH.plus(
                                                            Objects.requireNonNull(online.eventTimeMicros()
                                                                    .get("v:a")),
                                                            ChronoUnit.MICROS)
                                                    + "\"}");
                    scored++;
                }
                case Invalid online -> {
                    assertThat(row.get("prediction")).isNull();
                    assertThat(row).as("row %d", i).containsEntry("error", online.reason());
                }
            }
        }
        assertThat(scored).isGreaterThan(30);
        assertThat(job.result())
                .containsEntry("rows", "60")
                .containsEntry("invalid", String.valueOf(60 - scored))
                .containsEntry("model_version", "1");
        assertThat(stage.history.asked()).as("the version that was read first").containsExactly("v@v3:a");
        assertThat(stage.history.positions()).containsExactly(MadeHistory.POSITION);
        await().untilAsserted(() -> assertThat(stage.settings.work(job.id())).doesNotExist());
    }

    @Test
    void aFileWrittenAfterBeingKilledAgainAndAgainIsToTheBitThatOfAnUndisturbedRun() throws Exception {
        Path input = file("rows.csv", csv(400));
        Path disturbed = Files.createDirectories(folder.resolve("disturbed"));
        Path undisturbed = Files.createDirectories(folder.resolve("undisturbed"));
        for (int chunks : new int[] {2, 9}) {
            Process process = process(disturbed, input, 60);
            await().atMost(LONG).until(() -> chunks(disturbed) >= chunks || !process.isAlive());
            assertThat(process.isAlive()).isTrue();
            process.destroyForcibly().waitFor();
        }

        assertThat(output(process(disturbed, input, 1))).startsWith("DONE");
        assertThat(output(process(undisturbed, input, 0))).startsWith("DONE");

        Path killed = scored(disturbed);
        Path whole = scored(undisturbed);
        assertThat(rows(killed)).isEqualTo(rows(whole)).hasSize(400);
        assertThat(Files.mismatch(killed, whole)).isEqualTo(-1);
    }

    @Test
    void allRowsAreScoredByTheVersionThatScoredTheFirst() throws Exception {
        Job job;
        try (var slow = new BatchStage(Files.createDirectories(folder.resolve("slow")), Duration.ofMillis(50), 5)) {
            job = slow.start(file("rows.csv", csv(60)), FileFormat.CSV, FileFormat.CSV, Optional.of("time"), "p_");
            await().atMost(LONG).until(() -> slow.jobs.get(job.id()).result().containsKey("model_version"));
            ModelFiles.publish(slow.models, "m", "2", OnnxModels.linear(7, 1, 10), ModelFiles.TWO_COLUMNS);
            slow.catalog.refresh();
            Job ended = await().atMost(LONG)
                    .until(() -> slow.jobs.get(job.id()), each -> each.state().isFinal());

            assertThat(ended.message()).isEmpty();
            List<String> lines = Files.readAllLines(slow.settings.output(job.id(), FileFormat.CSV));
            assertThat(lines).hasSize(61);
            assertThat(lines.getFirst())
                    .isEqualTo(
                            "id,time,user,x,note,p_prediction,p_as_of,p_model_name,p_model_version,p_model_digest,"
                                    + "p_feature_service,p_imputed,p_feature_event_times,p_features_hash,p_error,p_error_detail");
            assertThat(lines.subList(1, 61)).allMatch(line -> line.contains(",m,1,"));
            assertThat(lines.get(1))
                    .startsWith("0,2026-03-01T10:00:00Z,u0,0.0,\"a, 0\",")
                    .contains(",2026-03-01 10:00:00,m,");
        }
    }

    @Test
    void keysOfAnotherTypeThanTheViewHasMakeRowsInvalidAndLoseNone() throws Exception {
        Path parquet = folder.resolve("rows.parquet");
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute("COPY (SELECT i AS id, make_timestamp(1000000 * i) AS time, i AS \"user\", 0.5 AS x"
                    + " FROM range(12) t(i)) TO '" + parquet + "' (FORMAT parquet)");
        }

        Job job = ended(stage.start(parquet, FileFormat.PARQUET, FileFormat.PARQUET));

        assertThat(job.result()).containsEntry("rows", "12").containsEntry("invalid", "12");
        assertThat(rows(stage.settings.output(job.id(), FileFormat.PARQUET)))
                .hasSize(12)
                .allMatch(row -> "WRONG_TYPE".equals(row.get("error")) && row.get("id") instanceof Long);
        assertThat(stage.history.calls()).isZero();
    }

    @Test
    void aFileWithoutRowsStaysAFileWithoutRows() throws Exception {
        Job job = ended(stage.start(file("none.csv", csv(0)), FileFormat.CSV, FileFormat.PARQUET));

        assertThat(job.message()).isEmpty();
        assertThat(job.result()).containsEntry("rows", "0");
        assertThat(rows(stage.settings.output(job.id(), FileFormat.PARQUET))).isEmpty();
    }

    @Test
    void aServiceThatIsAwayIsWaitedFor() throws Exception {
        stage.history.fail(2);

        Job job = ended(stage.start(file("rows.csv", csv(4)), FileFormat.CSV, FileFormat.PARQUET));

        assertThat(job.message()).isEmpty();
        assertThat(job.state()).isEqualTo(Job.State.DONE);
        assertThat(stage.history.calls()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void whatIsWrongWithTheColumnsIsSaidAtOnce() throws Exception {
        Job job = ended(stage.start(file("rows.csv", "id,user,prediction\n1,u,2\n"), FileFormat.CSV, FileFormat.CSV));

        assertThat(job.state()).isEqualTo(Job.State.FAILED);
        assertThat(job.message())
                .contains(
                        "no column 'time'", "no column 'x'", "a column 'prediction' already", "[id, user, prediction]");
    }

    private static Process process(Path directory, Path input, int millis) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx192m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("surefire.real.class.path", System.getProperty("java.class.path")),
                        BatchProcess.class.getName(),
                        directory.toString(),
                        input.toString(),
                        "20",
                        String.valueOf(millis))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said.lines()
                .filter(line -> line.startsWith("DONE") || line.startsWith("FAILED"))
                .findFirst()
                .orElse(said);
    }

    /** Counted by their names alone: files come and go in there while this looks. */
    private static long chunks(Path directory) throws IOException {
        Path work = directory.resolve("batch").resolve("work");
        if (Files.notExists(work)) {
            return 0;
        }
        long chunks = 0;
        try (DirectoryStream<Path> jobs = Files.newDirectoryStream(work)) {
            for (Path job : jobs) {
                try (Stream<Path> files = Files.list(job)) {
                    chunks += files.filter(file -> file.getFileName().toString().matches("chunk-\\d+\\.parquet"))
                            .count();
                }
            }
        }
        return chunks;
    }

    private static Path scored(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("batch").resolve("scored"))) {
            return files.findFirst().orElseThrow();
        }
    }
}
