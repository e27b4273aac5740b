package io.millrace.inference.app.watch;

import io.millrace.inference.domain.watch.DriftReport;

/** Where a watch shows what it does. Thread-safe. */
public interface WatchTelemetry {
    /** Shows nothing. */
    WatchTelemetry NONE = new WatchTelemetry() {
        @Override
        public void watched(String pipeline, int predictions) {}

        @Override
        public void reported(DriftReport report) {}

        @Override
        public void told(String pipeline, String type) {}

        @Override
        public void forget(String pipeline) {}

        @Override
        public void erring(String labels, String model, String version, double mean) {}
    };

    /** So many predictions were taken in. */
    void watched(String pipeline, int predictions);

    /** What the owner of the watch says now. */
    void reported(DriftReport report);

    /** An event of this type was raised. */
    void told(String pipeline, String type);

    /** The mean error of a version since it last changed. */
    void erring(String labels, String model, String version, double mean);

    /** Another replica shows it, or the pipeline is gone. */
    void forget(String pipeline);
}
