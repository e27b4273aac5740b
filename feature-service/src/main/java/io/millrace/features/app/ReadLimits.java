package io.millrace.features.app;

import java.time.Duration;

/**
 * What reads may cost.
 *
 * @param inlineLookups reads of up to this many rows times views are made by the thread that asks
 * @param maxWaiting reads that may be waiting for completeness or for the store at one time
 * @param concurrency reads of the store that run at one time, those of asking threads left out
 * @param maxCompleteWait the most that a read waits for completeness
 * @param maxQueueing the most that a read waits for its turn at the store
 * @param admitted requests over HTTP that are served at one time
 */
public record ReadLimits(
        int inlineLookups,
        int maxWaiting,
        int concurrency,
        Duration maxCompleteWait,
        Duration maxQueueing,
        int admitted) {
    private static final Duration QUEUEING = Duration.ofMillis(250);
    private static final int ADMITTED = 256;

    public ReadLimits(int inlineLookups, int maxWaiting, int concurrency, Duration maxCompleteWait) {
        this(inlineLookups, maxWaiting, concurrency, maxCompleteWait, QUEUEING, ADMITTED);
    }
}
