package io.millrace.edge.app;

import java.util.concurrent.locks.ReentrantLock;

/** Lets the spool forget what is both in Kafka and in a checkpoint. Thread-safe. */
public final class Retention {
    private final Spool spool;
    private final ReentrantLock lock = new ReentrantLock();
    private long drained;
    private long checkpointed;

    public Retention(Spool spool) {
        this.spool = spool;
    }

    /** Entries below are in Kafka. */
    public void drained(long below) {
        lock.lock();
        try {
            drained = Math.max(drained, below);
            spool.release(Math.min(drained, checkpointed));
        } finally {
            lock.unlock();
        }
    }

    /** Entries below are in a checkpoint that is on disk. */
    public void checkpointed(long below) {
        lock.lock();
        try {
            checkpointed = Math.max(checkpointed, below);
            spool.release(Math.min(drained, checkpointed));
        } finally {
            lock.unlock();
        }
    }
}
