package io.millrace.inference.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.app.payload.LoggedCall;
import io.millrace.inference.app.payload.PayloadMeter;
import io.millrace.inference.app.payload.PayloadSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PayloadFilesTest {
    private static final Instant TIME = Instant.parse("2026-03-01T23:59:59.123456Z");

    @TempDir
    Path folder;

    private final AtomicLong logged = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicBoolean isStopped = new AtomicBoolean();

    private PayloadFiles open(Duration rollAfter, long minFree) {
        return open(folder, rollAfter, minFree);
    }

    private PayloadFiles open(Path to, Duration rollAfter, long minFree) {
        return new PayloadFiles(new PayloadFiles.Bounds(to, rollAfter, 1 << 20, minFree), new PayloadMeter() {
            @Override
            public void logged(PayloadSink.Kind sink) {
                logged.incrementAndGet();
            }

            @Override
            public void dropped(Dropped why, long calls) {
                dropped.addAndGet(calls);
            }

            @Override
            public void stopped(boolean stopped) {
                isStopped.set(stopped);
            }
        });
    }

    private static LoggedCall call(String name, Instant time, String request) {
        return new LoggedCall("id", time, "pipeline", name, "m", "1", "abc", "OK", 7, request, "null");
    }

    private List<String> rows() throws SQLException {
        var rows = new ArrayList<String>();
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT name, day::VARCHAR, time::VARCHAR, request FROM read_parquet('"
                                + folder + "/*/*/*.parquet', hive_partitioning=true) ORDER BY ALL")) {
            while (row.next()) {
                rows.add(row.getString(1) + " " + row.getString(2) + " " + row.getString(3) + " " + row.getString(4));
            }
        }
        return rows;
    }

    @Test
    void callsAreInFilesByNameAndDay() throws Exception {
        try (PayloadFiles files = open(Duration.ofHours(1), 0)) {
            files.write(call("p", TIME, "{\"a\":\"ü\\n\"}"));
            files.write(call("p", TIME.plusSeconds(1), "{}"));
            files.write(call("../q", TIME, "{}"));
            assertThat(parquet()).isEmpty();
        }

        assertThat(rows())
                .containsExactly(
                        "_.._q 2026-03-01 2026-03-01 23:59:59.123456 {}",
                        "p 2026-03-01 2026-03-01 23:59:59.123456 {\"a\":\"ü\\n\"}",
                        "p 2026-03-02 2026-03-02 00:00:00.123456 {}");
    }

    @Test
    void aFileIsWrittenWhenItsTimeIsOver() throws Exception {
        try (PayloadFiles files = open(Duration.ofNanos(1), 0)) {
            files.write(call("p", TIME, "{}"));
            files.tick();
            assertThat(parquet()).hasSize(1);
        }
    }

    @Test
    void whatAProcessLeftBecomesAFileAtTheNextStartButForATornLine(@TempDir Path ofTheKilled) throws Exception {
        try (PayloadFiles killed = open(ofTheKilled, Duration.ofHours(1), 0)) {
            killed.write(call("p", TIME, "{\"n\":1}"));
            Files.createDirectories(folder.resolve(".open"));
            try (Stream<Path> lines = Files.list(ofTheKilled.resolve(".open"))) {
                Path left = lines.filter(file -> file.toString().endsWith(".jsonl"))
                        .findFirst()
                        .orElseThrow();
                Files.writeString(
                        folder.resolve(".open").resolve(left.getFileName()), Files.readString(left) + "{\"id\":\"to");
            }
        }

        try (PayloadFiles next = open(Duration.ofHours(1), 0)) {
            next.tick();
            assertThat(rows()).containsExactly("p 2026-03-01 2026-03-01 23:59:59.123456 {\"n\":1}");
        }
        assertThat(logged).hasValue(1);
    }

    @Test
    void twoProcessesDoNotLogToOneFolder() throws Exception {
        try (PayloadFiles first = open(Duration.ofHours(1), 0);
                PayloadFiles second = open(Duration.ofHours(1), 0)) {
            first.write(call("p", TIME, "{}"));
            second.write(call("p", TIME, "{\"second\":true}"));
            assertThat(isStopped).isTrue();
        }

        assertThat(rows()).containsExactly("p 2026-03-01 2026-03-01 23:59:59.123456 {}");
        assertThat(dropped).hasValue(1);
    }

    @Test
    void withoutRoomOnTheDiskItStopsAndSaysSo() throws Exception {
        try (PayloadFiles files = open(Duration.ofHours(1), Long.MAX_VALUE)) {
            files.write(call("p", TIME, "{}"));
            files.write(call("p", TIME, "{}"));
        }

        assertThat(isStopped).isTrue();
        assertThat(dropped).hasValue(2);
        assertThat(parquet()).isEmpty();
    }

    private List<Path> parquet() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".parquet")).toList();
        }
    }
}
