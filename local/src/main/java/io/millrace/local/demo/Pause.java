package io.millrace.local.demo;

import io.millrace.local.platform.CommandFailure;
import java.util.concurrent.TimeUnit;

/** The time between two looks at a run. */
final class Pause {
    private Pause() {}

    /** @throws CommandFailure where the command is interrupted; the thread's mark stays */
    static void millis(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(Math.max(0, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }
}
