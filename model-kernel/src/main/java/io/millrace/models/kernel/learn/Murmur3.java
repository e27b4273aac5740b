package io.millrace.models.kernel.learn;

import java.nio.charset.StandardCharsets;

/** MurmurHash3_x86_32 (Appleby 2011, public domain), the hash that Vowpal Wabbit and scikit-learn's hashers use. */
final class Murmur3 {
    private static final int C1 = 0xcc9e2d51;
    private static final int C2 = 0x1b873593;

    private Murmur3() {}

    static int of(String text, int seed) {
        return of(text.getBytes(StandardCharsets.UTF_8), seed);
    }

    static int of(byte[] bytes, int seed) {
        int hash = seed;
        int whole = bytes.length & ~3;
        for (int i = 0; i < whole; i += 4) {
            int block = bytes[i] & 0xff
                    | (bytes[i + 1] & 0xff) << 8
                    | (bytes[i + 2] & 0xff) << 16
                    | (bytes[i + 3] & 0xff) << 24;
            hash = withBlock(hash, block);
        }
        int rest = 0;
        for (int i = bytes.length - 1; i >= whole; i--) rest = rest << 8 | bytes[i] & 0xff;
        if (whole < bytes.length) hash ^= scrambled(rest);
        return finished(hash, bytes.length);
    }

    /** The hash of the eight bytes of two hashes, little-endian. */
    static int ofPair(int first, int second, int seed) {
        return finished(withBlock(withBlock(seed, first), second), 8);
    }

    private static int withBlock(int hash, int block) {
        return Integer.rotateLeft(hash ^ scrambled(block), 13) * 5 + 0xe6546b64;
    }

    private static int scrambled(int block) {
        return Integer.rotateLeft(block * C1, 15) * C2;
    }

    private static int finished(int hash, int length) {
        hash ^= length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }
}
