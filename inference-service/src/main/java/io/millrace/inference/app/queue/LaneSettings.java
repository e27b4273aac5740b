package io.millrace.inference.app.queue;

import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import java.time.Duration;
import java.util.Optional;

/**
 * How a model version is run: what its {@code model.yaml} says, and the service's settings for the rest.
 *
 * @param concurrency most runs at one time, at least 1
 * @param queueSize most calls that wait for a run
 * @param cacheBytes most bytes of kept answers
 */
record LaneSettings(
        int concurrency,
        int queueSize,
        Optional<Duration> queueTimeout,
        Optional<Batching> batching,
        Optional<AnswerCaching> cache,
        long cacheBytes) {}
