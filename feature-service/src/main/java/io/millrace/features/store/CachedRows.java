package io.millrace.features.store;

import io.millrace.features.kernel.table.FeatureRow;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were read lately, within a bound of memory: what was not asked for since half of the bound was filled anew is forgotten. Thread-safe; looking up never waits. What is put must be true when it is put:
 * whoever puts and whoever removes rows of one shelf do it one after another.
 */
final class CachedRows {
    private static final long ENTRY_BYTES = 120;

    private final long halfBytes;
    private final AtomicLong youngBytes = new AtomicLong();
    private volatile Generations generations = new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

    private record Generations(ConcurrentMap<Key, Entry> young, ConcurrentMap<Key, Entry> old) {}

    /** A row of a view version's life in the store; that is told by identity. The first bytes of the row are kept in a number: most keys are no longer, and are compared without looking at an array. */
    static final class Key {
        private static final int HEAD = 7;

        private final Object life;
        private final byte[] row;
        private final long head;
        private final int hash;

        Key(Object life, EntityRow row) {
            this.life = life;
            this.row = row.bytes();
            this.head = head(this.row);
            this.hash = 31 * System.identityHashCode(life) + row.hashCode();
        }

        private static long head(byte[] row) {
            long head = Math.min(row.length, HEAD + 1);
            for (int i = 0; i < HEAD; i++) {
                head = head << Byte.SIZE | (i < row.length ? row[i] & 0xff : 0);
            }
            return head;
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // reason: a life is told by its identity
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && hash == key.hash
                    && life == key.life
                    && head == key.head
                    && (row.length <= HEAD || Arrays.equals(row, key.row));
        }

        int length() {
            return row.length;
        }
    }

    /** The rows of one entity: one for each choice of features, by identity; the latest first. */
    @SuppressWarnings("ArrayRecordComponent") // a choice is told by its identity
    record Entry(int[] features, FeatureRow row, @Nullable Entry next) {
        private static final int MOST = 4;

        @Nullable
        FeatureRow find(int[] chosen) {
            for (Entry entry = this; entry != null; entry = entry.next) {
                if (entry.features == chosen) {
                    return entry.row;
                }
            }
            return null;
        }

        /** The others of this entry behind one of these features. */
        static Entry with(int[] features, FeatureRow row, @Nullable Entry others) {
            return new Entry(features, row, others == null ? null : others.without(features, MOST - 1));
        }

        private @Nullable Entry without(int[] chosen, int most) {
            if (most == 0) {
                return null;
            }
            Entry rest = next == null ? null : next.without(chosen, features == chosen ? most : most - 1);
            return features == chosen ? rest : new Entry(features, row, rest);
        }
    }

    /** @param bytes about how much memory may be used */
    CachedRows(long bytes) {
        this.halfBytes = Math.max(1, bytes / 2);
    }

    /** The row of an entity with these features, where it is kept for long; null where it is not. */
    @Nullable
    FeatureRow find(Key key, int[] features) {
        Entry entry = generations.young.get(key);
        return entry == null ? null : entry.find(features);
    }

    /** The same where it is kept still, but forgotten soon unless {@link #renew} is called. */
    @Nullable
    FeatureRow findOld(Key key, int[] features) {
        Entry entry = generations.old.get(key);
        return entry == null ? null : entry.find(features);
    }

    /** Keeps a row for longer that would be forgotten soon; to be called as {@link #put} is. */
    void renew(Key key) {
        Generations now = generations;
        Entry entry = now.old.remove(key);
        if (entry != null && now.young.putIfAbsent(key, entry) == null) {
            count(now, key, entry.row());
        }
    }

    void put(Key key, int[] features, FeatureRow row) {
        Generations now = generations;
        Entry before = now.young.get(key);
        if (before == null) {
            before = now.old.get(key);
        }
        now.young.put(key, Entry.with(features, row, before));
        count(now, key, row);
    }

    void remove(Key key) {
        Generations now = generations;
        now.young.remove(key);
        now.old.remove(key);
    }

    private void count(Generations now, Key key, FeatureRow row) {
        if (youngBytes.addAndGet(ENTRY_BYTES + key.length() + row.bytes()) > halfBytes) {
            age(now);
        }
    }

    private synchronized void age(Generations full) {
        if (isSame(generations, full)) {
            generations = new Generations(new ConcurrentHashMap<>(), full.young());
            youngBytes.set(0);
        }
    }

    @SuppressWarnings("ReferenceEquality") // reason: somebody else may have aged them already
    private static boolean isSame(Generations a, Generations b) {
        return a == b;
    }
}
