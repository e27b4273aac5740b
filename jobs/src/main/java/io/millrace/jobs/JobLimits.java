package io.millrace.jobs;

import java.time.Duration;

/**
 * Bounds of what jobs take.
 *
 * @param concurrency jobs that run at one time
 * @param waiting jobs that may wait
 * @param kept finished jobs that are remembered, the newest
 * @param keptFor how long a finished job is remembered
 */
public record JobLimits(int concurrency, int waiting, int kept, Duration keptFor) {}
