package io.millrace.inference.app;

import io.millrace.inference.domain.ServedFeatures;
import java.time.Duration;

/** What feature services stand for. */
public interface FeatureServices {
    /**
     * Asks.
     *
     * @param name {@code service} for its newest version, or {@code service@version}
     * @throws io.millrace.gate.Refusal FEATURE_SERVICE_NOT_FOUND, FEATURES_REFUSED, FEATURES_UNAVAILABLE, FEATURES_BUSY, DEADLINE_EXCEEDED
     */
    ServedFeatures find(String name, Duration deadline);
}
