package io.millrace.features.store;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.util.Arrays;
import java.util.HexFormat;

/** An entity's key as bytes, equal where the keys are. */
final class EntityRow {
    private final byte[] bytes;
    private final long hash;

    private EntityRow(byte[] bytes) {
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    static EntityRow of(EntityKey key) {
        return new EntityRow(ValueEncoding.key(key));
    }

    /** Not a copy: leave it alone. */
    byte[] bytes() {
        return bytes;
    }

    /** FNV-1a, mixed: spreads rows over the key space; rows that share a hash are told apart by the bytes behind it. */
    long hash() {
        return hash;
    }

    private static long hash(byte[] bytes) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        return hash ^ hash >>> 32;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EntityRow row && hash == row.hash && Arrays.equals(bytes, row.bytes);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
