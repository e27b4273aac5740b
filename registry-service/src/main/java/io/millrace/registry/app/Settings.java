package io.millrace.registry.app;

import java.time.Duration;

/** What operators can set of the registry's behaviour, within its bounds. */
public record Settings(Catalogue catalogue, Validation validation) {
    /**
     * The memory of all current contracts that answers reads.
     *
     * @param readWait how long a read waits for Postgres before it is answered from memory
     * @param retryInterval how long after a failure reads leave Postgres alone
     * @param maxBytes most bytes of current contracts (canonical JSON); registrations beyond it are refused
     * @param oldRevisions how many revisions that are not current are kept in memory
     */
    public record Catalogue(Duration readWait, Duration retryInterval, long maxBytes, int oldRevisions) {}

    /**
     * Checks of rows.
     *
     * @param concurrency how many run at a time
     * @param queueWait how long a validation waits for its turn before it is refused
     * @param maxBytes most bytes of rows in one call
     */
    public record Validation(int concurrency, Duration queueWait, long maxRows, long maxBytes, long maxDistinctKeys) {}
}
