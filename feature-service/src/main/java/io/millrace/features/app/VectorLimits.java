package io.millrace.features.app;

import java.time.Duration;

/**
 * How searches for neighbours are bounded.
 *
 * @param effort candidates where a search does not say how many
 * @param concurrency searches that run at one time
 * @param patience how long one waits for its turn
 */
public record VectorLimits(int effort, int concurrency, Duration patience) {}
