package io.millrace.edge.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Entries that go to the disk together. Not thread-safe but for {@link #durable}. */
final class WriteBatch {
    private final List<byte[]> payloads = new ArrayList<>();
    private final CompletableFuture<Void> durable = new CompletableFuture<>();
    private long first;
    private long bytes;

    /** Hears entries in order. */
    @FunctionalInterface
    interface Visitor {
        void entry(long number, byte[] payload);
    }

    /** Adds an entry; its number follows the one before. */
    void add(long number, byte[] payload) {
        if (payloads.isEmpty()) {
            first = number;
        }
        payloads.add(payload);
        bytes += Frames.size(payload.length);
    }

    boolean isEmpty() {
        return payloads.isEmpty();
    }

    int size() {
        return payloads.size();
    }

    long first() {
        return first;
    }

    long last() {
        return first + payloads.size() - 1;
    }

    /** On disk, frames included. */
    long bytes() {
        return bytes;
    }

    CompletableFuture<Void> durable() {
        return durable;
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < payloads.size(); i++) {
            visitor.entry(first + i, payloads.get(i));
        }
    }
}
