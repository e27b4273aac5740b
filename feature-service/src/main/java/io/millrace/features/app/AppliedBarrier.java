package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Knows how far views have caught up with their sources, and waits until they have. */
public interface AppliedBarrier {
    /**
     * Completes with the ends that the view's source partitions had when this was called (behind the last committed record), once everything below
     * them has been applied; with empty where {@code patience} ran out or the ends cannot be told (Kafka does not answer, the topic is not there).
     * Never completes with an exception.
     */
    CompletableFuture<Optional<Map<SourcePartition, Long>>> reached(FeatureView view, Duration patience);

    /** Records of the view's source that are not yet applied, as last heard of; -1 where that is not known. Answers at once. */
    default long lag(ViewId view) {
        return -1;
    }
}
