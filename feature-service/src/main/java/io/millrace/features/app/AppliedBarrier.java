package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Knows how far views have caught up with their sources, and waits until they have. */
public interface AppliedBarrier {
    /** How long {@link #await} pauses where there is nothing to wait for yet. */
    Duration LOOK_AGAIN = Duration.ofMillis(20);

    /**
     * Completes with the ends that the view's source partitions had when this was called (behind the last committed record), once everything below
     * them has been applied; with empty where {@code patience} ran out or the ends cannot be told (Kafka does not answer, the topic is not there).
     * Never completes with an exception.
     */
    CompletableFuture<Optional<Map<SourcePartition, Long>>> reached(FeatureView view, Duration patience);

    /**
     * Waits until what is committed in the view's source now has been applied. The topic may have been made for these very records: until it has been seen there is nothing to wait for, and
     * {@link #reached} says so at once.
     *
     * @return false where patience ran out
     */
    default boolean await(FeatureView view, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            if (reached(view, Duration.ofNanos(left)).join().isPresent()) {
                return true;
            }
            LockSupport.parkNanos(Math.min(left, LOOK_AGAIN.toNanos()));
        }
        return false;
    }

    /** Why the store of this replica follows no source, so that it must not be read; empty where it does. Answers at once. */
    default Optional<String> refusal() {
        return Optional.empty();
    }

    /** Records of the view's source that are not yet applied, as last heard of; -1 where that is not known. Answers at once. */
    default long lag(ViewId view) {
        return -1;
    }
}
