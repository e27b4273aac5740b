package io.millrace.edge.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.backing.ManagedProcess;
import io.millrace.edge.app.Spool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolKillTest {
    private static final FileSpool.Limits LIMITS = FileSpool.Limits.of(256 << 20, 256 << 10);

    @TempDir
    Path directory;

    @Test
    void everyAcknowledgedEntrySurvivesKillNineInTheMiddleOfAppends() throws Exception {
        Path spoolDirectory = directory.resolve("spool");
        Path acknowledged = directory.resolve("acknowledged");
        Files.createFile(acknowledged);
        for (int round = 1; round <= 4; round++) {
            int from = round * 1_000_000;
            long enough = Files.size(acknowledged) + 8 * (400L + 171L * round);
            var child = ManagedProcess.start(
                    "appender",
                    List.of(
                            ManagedProcess.java(),
                            "-Xmx128m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Appender.class.getName(),
                            spoolDirectory.toString(),
                            acknowledged.toString(),
                            Integer.toString(from)),
                    Map.of(),
                    directory.resolve("child.log"));
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> {
                assertThat(child.isAlive()).as(child.logTail(20)).isTrue();
                return Files.size(acknowledged) > enough;
            });
            child.kill();
        }

        Set<Integer> kept = new HashSet<>();
        try (var spool = FileSpool.open("t", spoolDirectory, LIMITS)) {
            long last = -1;
            long position = 0;
            for (Spool.Batch batch = spool.read(0, 1_000, 1 << 20);
                    batch.next() > position;
                    batch = spool.read(position, 1_000, 1 << 20)) {
                for (Spool.Numbered numbered : batch.entries()) {
                    assertThat(numbered.number()).isGreaterThan(last);
                    last = numbered.number();
                    String text = new String(numbered.entry().value(), StandardCharsets.UTF_8);
                    assertThat(kept.add(Integer.parseInt(text)))
                            .as("%s is there once", text)
                            .isTrue();
                }
                position = batch.next();
            }
        }
        Set<Integer> promised = new TreeSet<>();
        Files.readString(acknowledged)
                .lines()
                .filter(line -> line.length() == 7)
                .forEach(line -> promised.add(Integer.parseInt(line)));
        assertThat(promised).hasSizeGreaterThan(1_600);
        assertThat(kept).containsAll(promised);
    }

    /** Appends from several threads and writes down each number once it is acknowledged, until it is killed. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] arguments) throws Exception {
            var spool = FileSpool.open("child", Path.of(arguments[0]), LIMITS);
            Path acknowledged = Path.of(arguments[1]);
            int from = Integer.parseInt(arguments[2]);
            for (int t = 0; t < 4; t++) {
                int thread = t;
                Thread.ofPlatform().start(() -> {
                    for (int i = from + thread; i < from + 900_000; i += 4) {
                        spool.append(new io.millrace.edge.app.SpoolEntry(
                                        io.millrace.edge.app.SpoolEntry.Kind.SUMMARY,
                                        "n" + thread,
                                        Integer.toString(i).getBytes(StandardCharsets.UTF_8)))
                                .durable()
                                .join();
                        note(acknowledged, i);
                    }
                });
            }
        }

        private static void note(Path file, int number) {
            try {
                Files.writeString(file, number + "\n", StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
