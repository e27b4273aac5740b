package io.millrace.features.app;

import java.time.Duration;

/**
 * What reads may cost.
 *
 * @param inlineLookups reads of up to this many rows times views are made by the thread that asks
 * @param maxWaiting reads that may be waiting for completeness or for the store at one time
 * @param concurrency reads of the store that run at one time, those of asking threads left out
 * @param maxCompleteWait the most that a read waits for completeness
 */
public record ReadLimits(int inlineLookups, int maxWaiting, int concurrency, Duration maxCompleteWait) {}
