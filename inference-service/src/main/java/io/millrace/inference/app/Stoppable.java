package io.millrace.inference.app;

import java.time.Duration;

/** Something that runs by itself until it is told to stop. Thread-safe. */
public interface Stoppable {
    /** Tells it to end after what it has begun, such as a transaction, and returns at once. */
    void stop();

    /** Waits until it has ended; false where {@code patience} ran out. */
    boolean awaitEnd(Duration patience) throws InterruptedException;
}
