package io.millrace.local.platform;

import java.util.concurrent.TimeUnit;

/** The time between two looks at processes. */
final class Poll {
    private static final int MILLIS = 100;

    private Poll() {}

    /** @throws CommandFailure where the command is interrupted; the thread's mark stays */
    static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }
}
