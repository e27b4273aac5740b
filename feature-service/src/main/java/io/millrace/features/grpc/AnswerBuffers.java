package io.millrace.features.grpc;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Arrays that answers are written into again and again. A wide answer takes 100 kB: allocated for each call it is cleared before it is written, drives rows out of the processor's caches, and has
 * to be collected. Thread-safe; an array belongs to who took it until it is given back.
 */
final class AnswerBuffers {
    private static final int KEPT = 8;
    private static final int LEAST_BYTES = 16 << 10;
    private static final int MOST_BYTES = 1 << 20;

    private static final AtomicReferenceArray<byte[]> FREE = new AtomicReferenceArray<>(KEPT);

    private AnswerBuffers() {}

    /** An array of at least so many bytes; what is in it means nothing. */
    static byte[] take(int bytes) {
        for (int i = 0; bytes >= LEAST_BYTES && bytes <= MOST_BYTES && i < KEPT; i++) {
            byte[] free = FREE.getAndSet(i, null);
            if (free != null) {
                if (free.length >= bytes) {
                    return free;
                }
                break;
            }
        }
        return new byte[bytes];
    }

    /** Takes an array back that nobody looks at any more; small ones and very large ones are left to be collected. */
    static void give(byte[] free) {
        if (free.length >= LEAST_BYTES && free.length <= MOST_BYTES) {
            for (int i = 0; i < KEPT; i++) {
                if (FREE.compareAndSet(i, null, free)) {
                    return;
                }
            }
        }
    }
}
