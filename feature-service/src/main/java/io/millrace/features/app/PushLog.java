package io.millrace.features.app;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.gate.Refusal;
import java.util.List;

/** The service's own log of pushed rows. */
public interface PushLog {
    /**
     * Appends rows, all or none, and returns once they are committed.
     *
     * @param pushId where not empty: rows that were appended with the same id a moment ago count once
     * @param rows events whose positions mean nothing
     * @throws Refusal with {@link FeatureReason#PUSH_LOG_UNAVAILABLE}; whether the rows are committed is unknown then, and the same push id makes
     *     a retry safe
     */
    void append(FeatureView view, String pushId, List<FeatureEvent> rows);
}
