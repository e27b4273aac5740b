package io.millrace.inference.domain;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model version is run, as its {@code model.yaml} says; the service's settings hold for what it leaves out.
 *
 * @param batching whether calls are joined into one run
 * @param concurrency most runs at one time
 * @param queueSize most calls that wait for a run; further ones are refused at once
 * @param queueTimeout how long a call may wait for its run, whatever its deadline is
 * @param cache whether answers are kept
 */
public record ModelServing(
        Optional<Batching> batching,
        OptionalInt concurrency,
        OptionalInt queueSize,
        Optional<Duration> queueTimeout,
        Optional<AnswerCaching> cache) {
    /** Bound on {@link Batching#maxSize}. */
    public static final int MAX_BATCH = 10_000;

    /** Of a model that says nothing. */
    public static final ModelServing UNSAID = new ModelServing(
            Optional.empty(), OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty());

    /**
     * Joins calls.
     *
     * @param maxSize most rows of a run that is made of several calls, 2 to {@link #MAX_BATCH}
     * @param maxDelay how long the first call of a run may wait for others, zero or more
     * @param p99 what 99 of 100 calls are to be answered within; size and delay are then chosen below their bounds so that it is met
     */
    public record Batching(int maxSize, Duration maxDelay, Optional<Duration> p99) {}

    /**
     * Keeps answers.
     *
     * @param maxEntries at least 1
     * @param ttl how long an answer is good for; empty: as long as the version serves
     */
    public record AnswerCaching(int maxEntries, Optional<Duration> ttl) {}
}
