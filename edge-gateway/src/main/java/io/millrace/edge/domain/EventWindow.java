package io.millrace.edge.domain;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last {@link #SIZE} CloudEvents of a node, by source and id; 128 bits of SHA-256 stand for each, so that a hostile id costs no more than a short one.
 * Not thread-safe.
 */
public final class EventWindow {
    public static final int SIZE = 128;

    private final long[] ring;
    private int next;
    private int filled;

    /** Source and id of a CloudEvent, hashed. */
    public record EventKey(long high, long low) {
        public static EventKey of(String source, String id) {
            try {
                var digest = MessageDigest.getInstance("SHA-256");
                byte[] sourceBytes = source.getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4).putInt(sourceBytes.length).flip());
                digest.update(sourceBytes);
                ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
                return new EventKey(hash.getLong(), hash.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }
    }

    public EventWindow() {
        this(new long[0]);
    }

    /** Restores what {@link #keys} gave. */
    public EventWindow(long[] keys) {
        if (keys.length % 2 != 0 || keys.length > SIZE * 2) {
            throw new IllegalArgumentException("expected up to " + SIZE + " pairs, was " + keys.length);
        }
        ring = new long[SIZE * 2];
        System.arraycopy(keys, 0, ring, 0, keys.length);
        filled = keys.length / 2;
        next = filled % SIZE;
    }

    public boolean contains(EventKey key) {
        for (int i = 0; i < filled; i++) {
            if (ring[2 * i] == key.high() && ring[2 * i + 1] == key.low()) {
                return true;
            }
        }
        return false;
    }

    /** Adds a key; the oldest leaves where the window is full. */
    public void add(EventKey key) {
        ring[2 * next] = key.high();
        ring[2 * next + 1] = key.low();
        next = (next + 1) % SIZE;
        filled = Math.min(SIZE, filled + 1);
    }

    /** Takes a key out again. */
    public void forget(EventKey key) {
        for (int i = 0; i < filled; i++) {
            if (ring[2 * i] == key.high() && ring[2 * i + 1] == key.low()) {
                ring[2 * i] = 0;
                ring[2 * i + 1] = 0;
            }
        }
    }

    /** The keys as pairs, oldest first. */
    public long[] keys() {
        var keys = new long[filled * 2];
        int oldest = filled == SIZE ? next : 0;
        for (int i = 0; i < filled; i++) {
            int at = (oldest + i) % SIZE;
            keys[2 * i] = ring[2 * at];
            keys[2 * i + 1] = ring[2 * at + 1];
        }
        return keys;
    }
}
