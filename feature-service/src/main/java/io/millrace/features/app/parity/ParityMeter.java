package io.millrace.features.app.parity;

/** Counts what the check finds. */
public interface ParityMeter {
    void compared(String view, String feature, boolean same);

    /** A sample that could not be compared: no room for it, its view is gone, or the offline store did not come to its positions in time. */
    void dropped();
}
