package io.millrace.local.chaos;

import io.millrace.local.platform.CommandFailure;
import java.util.concurrent.TimeUnit;

/** The time in which nothing is done. */
final class Pauses {
    private Pauses() {}

    /** @throws CommandFailure where the command is interrupted */
    static void seconds(double seconds) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.round(seconds * 1e3));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }
}
