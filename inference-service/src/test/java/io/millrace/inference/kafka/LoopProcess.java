package io.millrace.inference.kafka;

import io.millrace.inference.app.Scoring;
import io.millrace.inference.app.StreamTally;
import io.millrace.inference.app.StreamTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A replica as a process of its own, to be killed and frozen: one stream with the fake scoring. */
public final class LoopProcess {
    private LoopProcess() {}

    /**
     * Arguments: bootstrap servers, ordinal, definition file, a file that holds how many milliseconds a scoring call takes now or {@code away}, most
     * records of a poll, milliseconds of the session timeout.
     */
    public static void main(String[] arguments) throws Exception {
        StreamSettings settings = Stage.settings(
                arguments[0],
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[4]),
                Duration.ofMillis(Long.parseLong(arguments[5])));
        var parts = new StreamParts(
                Stage.pipeline(Files.readString(Path.of(arguments[2]))),
                settings,
                scoring(Path.of(arguments[3])),
                new StreamTally(),
                StreamTelemetry.NONE,
                OpenTelemetry.noop(),
                Clock.systemUTC(),
                null,
                Optional.empty());
        StreamLoop loop = StreamLoop.start(parts, null);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            loop.stop();
            try {
                loop.awaitEnd(Duration.ofSeconds(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        System.out.println("started");
        new CountDownLatch(1).await();
    }

    private static Scoring scoring(Path pace) {
        var scoring = new FakeScoring(Duration.ZERO);
        return (pipeline, rows, patience, deadline) -> {
            String now;
            try {
                now = Files.readString(pace);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            scoring.available = !now.equals("away");
            scoring.takes = Duration.ofMillis(now.equals("away") ? 0 : Long.parseLong(now));
            return scoring.score(pipeline, rows, patience, deadline);
        };
    }
}
