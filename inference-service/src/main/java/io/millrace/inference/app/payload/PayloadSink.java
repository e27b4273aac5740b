package io.millrace.inference.app.payload;

/** Where logged calls go. Called by one thread. */
public interface PayloadSink extends AutoCloseable {
    /** Takes a call, or drops and counts it; does not throw. */
    void write(LoggedCall call);

    /** Does what is due by now, such as writing out what was gathered. Called at least once a second. */
    default void tick() {}

    /** Writes out what it has. */
    @Override
    void close();

    /** Kinds of sinks, as metrics tell them apart. */
    enum Kind {
        TOPIC,
        FILES
    }
}
