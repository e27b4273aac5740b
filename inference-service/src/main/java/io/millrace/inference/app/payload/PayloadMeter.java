package io.millrace.inference.app.payload;

/** Counts what becomes of calls that are sampled. */
public interface PayloadMeter {
    /** Why a sampled call is not in a log. */
    enum Dropped {
        /** As many as may wait are waiting. */
        BUSY,
        /** Larger than a logged call may be. */
        TOO_LARGE,
        /** Nobody knows what of it may be logged. */
        UNCLASSIFIED,
        /** Kafka did not take it. */
        TOPIC,
        /** The disk did not take it, or has too little room left. */
        FILES,
        /** It could not be written as JSON. */
        FAILED
    }

    void logged(PayloadSink.Kind sink);

    void dropped(Dropped why, long calls);

    /** Whether the log to files has stopped because of the disk. */
    void stopped(boolean isStopped);
}
