package io.millrace.edge.app;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A write-ahead queue on disk. Entries are numbered from 0 in the order of {@link #append}; numbers may have gaps. Thread-safe.
 */
public interface Spool {
    /**
     * An entry on its way to the disk.
     *
     * @param durable completes once the entry is fsynced; fails with a Refusal SPOOL_UNAVAILABLE where it was not taken
     */
    record Receipt(long number, CompletableFuture<Void> durable) {}

    /** An entry and its number. */
    record Numbered(long number, SpoolEntry entry) {}

    /**
     * What a read gave.
     *
     * @param next where to go on; grows even where entries are empty because numbers are missing
     */
    record Batch(List<Numbered> entries, long next) {}

    /**
     * What the spool holds.
     *
     * @param lostBytes bytes that could not be read as entries, since the spool was opened: torn tails and damage
     * @param failure why nothing can be taken; empty where it can
     */
    record State(
            long usedBytes, long maxBytes, long first, long durableEnd, long lostBytes, long syncs, String failure) {
        /** Whether there is room for a summary of the largest size. */
        public boolean accepts() {
            return failure.isEmpty() && usedBytes + (128 << 10) <= maxBytes;
        }
    }

    /** Names this spool in Kafka, for as long as its directory lives. */
    String id();

    /**
     * Queues an entry for the next fsync.
     *
     * @throws io.millrace.gate.Refusal SPOOL_FULL or SPOOL_UNAVAILABLE; nothing was taken
     */
    Receipt append(SpoolEntry entry);

    /** The number that the next entry gets. */
    long next();

    /** Completes once all that was appended before is durable; fails where the last of it was not taken. */
    CompletableFuture<Void> flushed();

    /** Durable entries from a number on, in order; at least one where there is one, then up to both bounds. */
    Batch read(long from, int maxEntries, long maxBytes);

    /** Waits until there may be a durable entry at or behind a number; false where {@code patience} ran out. */
    boolean await(long from, Duration patience) throws InterruptedException;

    /** Says that entries below a number are needed no more. */
    void release(long below);

    /** Takes a new {@link #id}: Kafka knows of entries under the old one that this disk has lost. */
    void rename();

    State state();
}
