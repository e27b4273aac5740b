package io.millrace.inference.app;

/** Whoever waits for an answer; may go away before it comes. Thread-safe. */
public interface Caller {
    /** One that waits as long as it takes, or whose leaving is not heard of. */
    Caller PATIENT = new Caller() {
        @Override
        public boolean isGone() {
            return false;
        }

        @Override
        public Watch onLeave(Runnable then) {
            return () -> {};
        }
    };

    /** Whether its request has passed {@link Admission} at the door of its transport; it does not pass it again. */
    default boolean isAdmitted() {
        return false;
    }

    /** Whether the answer would reach nobody. */
    boolean isGone();

    /**
     * Runs {@code then} when the caller goes away, and at once where it is gone already: on any thread, at most once, and perhaps still while the watch is being closed.
     */
    Watch onLeave(Runnable then);

    /** Watches a caller until it is closed. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
