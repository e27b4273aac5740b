package io.millrace.inference.kafka;

import io.millrace.inference.app.StreamTally;
import io.millrace.inference.app.StreamTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A replica as a process of its own, to be killed and frozen: one stream with the fake scoring. */
public final class LoopProcess {
    private LoopProcess() {}

    /** Arguments: bootstrap servers, ordinal, definition file, milliseconds that a scoring call takes. */
    public static void main(String[] arguments) throws Exception {
        StreamSettings base = Stage.settings(arguments[0], Integer.parseInt(arguments[1]), 50);
        var parts = new StreamParts(
                Stage.pipeline(Files.readString(Path.of(arguments[2]))),
                base,
                new FakeScoring(Duration.ofMillis(Long.parseLong(arguments[3]))),
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
}
