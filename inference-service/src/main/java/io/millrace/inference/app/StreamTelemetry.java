package io.millrace.inference.app;

/** Where streams report their figures. Implementations are thread-safe and never throw. */
public interface StreamTelemetry {
    /** One transaction was committed: its records, and how many of them became predictions. */
    void committed(int records, int predictions);

    /** Milliseconds from each event's Kafka timestamp to its committed prediction. */
    void latencies(long[] millis);

    /** A record was dead-lettered. */
    void deadLettered(DeadLetterReason reason);

    void aborted();

    void contractViolated(long rows);

    /** A telemetry that keeps nothing. */
    StreamTelemetry NONE = new StreamTelemetry() {
        @Override
        public void committed(int records, int predictions) {}

        @Override
        public void latencies(long[] millis) {}

        @Override
        public void deadLettered(DeadLetterReason reason) {}

        @Override
        public void aborted() {}

        @Override
        public void contractViolated(long rows) {}
    };
}
