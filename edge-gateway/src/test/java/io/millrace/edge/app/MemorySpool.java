package io.millrace.edge.app;

import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A spool whose disk a test holds, fills and breaks. */
public final class MemorySpool implements Spool {
    private final List<Numbered> entries = new ArrayList<>();
    private long next;
    private boolean full;
    private boolean held;
    private CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);

    @Override
    public String id() {
        return "memory";
    }

    @Override
    public synchronized Receipt append(SpoolEntry entry) {
        if (full) {
            throw new Refusal(EdgeReason.SPOOL_FULL, "full");
        }
        entries.add(new Numbered(next, entry));
        return new Receipt(next++, disk);
    }

    @Override
    public synchronized long next() {
        return next;
    }

    @Override
    public synchronized CompletableFuture<Void> flushed() {
        return disk;
    }

    @Override
    public synchronized Batch read(long from, int maxEntries, long maxBytes) {
        List<Numbered> found = entries.stream()
                .filter(entry -> entry.number() >= from)
                .limit(maxEntries)
                .toList();
        return new Batch(found, found.isEmpty() ? next : found.getLast().number() + 1);
    }

    @Override
    public boolean await(long from, Duration patience) {
        return next() > from;
    }

    @Override
    public void release(long below) {}

    @Override
    public void rename() {}

    @Override
    public synchronized State state() {
        return new State(0, 1 << 20, 0, next, 0, 0, "");
    }

    public synchronized void full(boolean now) {
        full = now;
    }

    /** From now on nothing becomes durable. */
    public synchronized void hold() {
        held = true;
        disk = new CompletableFuture<>();
    }

    /** The disk takes all that waits. */
    public void confirm() {
        settle().complete(null);
    }

    /** The disk takes nothing of what waits. */
    public void fail() {
        settle().completeExceptionally(new Refusal(EdgeReason.SPOOL_UNAVAILABLE, "broken"));
    }

    public synchronized List<Numbered> entries() {
        return List.copyOf(entries);
    }

    private synchronized CompletableFuture<Void> settle() {
        if (!held) {
            throw new IllegalStateException("nothing is held");
        }
        held = false;
        CompletableFuture<Void> waiting = disk;
        disk = CompletableFuture.completedFuture(null);
        return waiting;
    }
}
