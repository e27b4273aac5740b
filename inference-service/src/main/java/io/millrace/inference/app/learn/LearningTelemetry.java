package io.millrace.inference.app.learn;

import java.util.Optional;
import java.util.function.Supplier;

/** What is measured of online models. Thread-safe. */
public interface LearningTelemetry {
    /** Shows how a model fares, until {@link #forget}; empty while another replica feeds it. */
    void watch(String model, Supplier<Optional<LearnerStatus>> status);

    void forget(String model);

    /** A version was put into the repository. */
    void published(String model);

    /** A version could not be made. */
    void failed(String model);

    /** Measures nothing. */
    LearningTelemetry NONE = new LearningTelemetry() {
        @Override
        public void watch(String model, Supplier<Optional<LearnerStatus>> status) {}

        @Override
        public void forget(String model) {}

        @Override
        public void published(String model) {}

        @Override
        public void failed(String model) {}
    };
}
