package io.millrace.inference.kafka;

import io.millrace.backing.KafkaBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** One real broker for all tests of this JVM; it ends with it. */
public final class TestBroker {
    private static final class Holder {
        static final KafkaBroker BROKER = start();

        private static KafkaBroker start() {
            try {
                return KafkaBroker.start(Files.createTempDirectory("millrace-broker"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private TestBroker() {}

    /** The end of the broker's log. */
    static String log() {
        return Holder.BROKER.process().logTail(40);
    }

    /** SIGKILL, and up again on the same data. */
    static void killAndRestart() {
        Holder.BROKER.kill();
        Holder.BROKER.restart();
    }

    public static String bootstrapServers() {
        return Holder.BROKER.bootstrapServers();
    }
}
