package io.millrace.inference.app.queue;

import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Answers of one model version that were given before, by the SHA-256 of everything that went in; the least recently used goes first. It lives and dies with its version, so that name, version and
 * digest need not be in the key, and keeps all outputs, so that a call may ask for any of them. Thread-safe.
 */
final class AnswerCache {
    /** What an entry takes beside its data. */
    private static final int OVERHEAD_BYTES = 512;

    private final int maxEntries;
    private final long maxBytes;
    private final long ttlNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ByteBuffer, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private record Entry(List<Tensor> outputs, long bytes, long bestBefore) {}

    /**
     * @param maxBytes of outputs in all, an overhead for each included
     */
    AnswerCache(AnswerCaching declared, long maxBytes) {
        this.maxEntries = declared.maxEntries();
        this.maxBytes = maxBytes;
        this.ttlNanos = declared.ttl().map(Duration::toNanos).orElse(Long.MAX_VALUE);
    }

    /** What calls have in common that have the same answer. */
    static ByteBuffer key(List<Tensor> inputs) {
        MessageDigest sha256 = sha256();
        var sorted = new ArrayList<>(inputs);
        sorted.sort(Comparator.comparing(Tensor::name));
        for (Tensor input : sorted) {
            byte[] name = input.name().getBytes(StandardCharsets.UTF_8);
            var head = ByteBuffer.allocate(
                    name.length + 3 * Integer.BYTES + Long.BYTES * input.shape().size());
            head.putInt(name.length)
                    .put(name)
                    .putInt(input.datatype().ordinal())
                    .putInt(input.shape().size());
            input.shape().forEach(head::putLong);
            sha256.update(head.flip());
            sha256.update(input.data().duplicate());
        }
        return ByteBuffer.wrap(sha256.digest());
    }

    /** The outputs that were kept and are still good, or null. */
    @Nullable
    List<Tensor> find(ByteBuffer key, long now) {
        lock.lock();
        try {
            Entry entry = entries.get(key);
            if (entry == null) {
                return null;
            }
            if (now - entry.bestBefore() >= 0) {
                entries.remove(key);
                bytes -= entry.bytes();
                return null;
            }
            return entry.outputs();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a copy of the outputs: what a call got may be a small part of a large run. */
    void keep(ByteBuffer key, Inferred answer, long now) {
        long size = OVERHEAD_BYTES;
        for (Tensor output : answer.outputs()) {
            size += output.data().remaining();
        }
        if (size > maxBytes) {
            return;
        }
        List<Tensor> copies = answer.outputs().stream().map(AnswerCache::copy).toList();
        long bestBefore = ttlNanos == Long.MAX_VALUE ? now + Long.MAX_VALUE / 2 : now + ttlNanos;
        lock.lock();
        try {
            Entry before = entries.put(key, new Entry(copies, size, bestBefore));
            bytes += size - (before == null ? 0 : before.bytes());
            Iterator<Entry> eldest = entries.values().iterator();
            while (entries.size() > maxEntries || bytes > maxBytes) {
                bytes -= eldest.next().bytes();
                eldest.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return entries.size();
        } finally {
            lock.unlock();
        }
    }

    private static Tensor copy(Tensor output) {
        ByteBuffer data = ByteBuffer.allocate(output.data().remaining());
        data.put(output.data().duplicate()).flip();
        return new Tensor(output.name(), output.datatype(), output.shape(), data);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
