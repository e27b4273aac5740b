package io.millrace.features.app;

import io.millrace.features.domain.PushTarget;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.gate.Refusal;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The service's own log of pushed rows. */
public interface PushLog {
    /**
     * Appends rows, all or none. Rows of calls that are made one after the other stand in the log in that order. Waits while too many others are on
     * their way, so that memory stays bounded.
     *
     * @param pushId where not empty: rows that were appended with the same id a moment ago count once
     * @param rows events whose positions mean nothing
     * @return the number of rows once they are committed; fails with a {@link Refusal} with {@link FeatureReason#PUSH_LOG_UNAVAILABLE}: whether the
     *     rows are committed is unknown then, and the same push id makes a retry safe
     * @throws Refusal where a row is too large or there is no room, and nothing was appended
     */
    CompletableFuture<Integer> append(FeatureView view, String pushId, PushTarget to, List<FeatureEvent> rows);
}
