package io.millrace.inference.app;

/**
 * How a pipeline's stream is doing.
 *
 * @param stalled whether it cannot go on for the given reason; it tries again by itself
 * @param reason why it stalls, or what is worth knowing while it runs; empty where there is nothing to say
 * @param lag records of this replica's partitions that are not scored yet; -1 where it is not known
 */
public record StreamStatus(boolean stalled, String reason, long lag) {}
