package io.millrace.inference.app.label;

/** What label streams tell of their work. Thread-safe. */
public interface LabelTelemetry {
    /** Outcomes that folds took. */
    default void folded(String labels, int outcomes) {}

    /** A fold threw. */
    default void foldFailed(String labels) {}

    /** The state of a fold, or what it does outside once that is kept, could not be written. */
    default void notKept(String labels) {}

    /** Tells nobody. */
    LabelTelemetry NONE = new LabelTelemetry() {};
}
