package io.millrace.features.store;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.encoding.ValueEncoding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An entity's key as bytes, equal where the keys are. */
final class EntityRow implements Comparable<EntityRow> {
    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private final byte[] bytes;
    private final long hash;

    private EntityRow(byte[] bytes) {
        this.bytes = bytes;
        this.hash = hash(bytes);
    }

    static EntityRow of(EntityKey key) {
        return of(key, new ByteWriter());
    }

    /** @param scratch what is in it goes */
    static EntityRow of(EntityKey key, ByteWriter scratch) {
        write(key, scratch);
        return new EntityRow(scratch.toBytes());
    }

    /** Writes a row's bytes alone into the scratch. */
    static void write(EntityKey key, ByteWriter scratch) {
        scratch.cutTo(0);
        for (int i = 0; i < key.values().size(); i++) {
            ValueEncoding.write(key.values().get(i), scratch);
        }
    }

    /** The row of which {@link #write} wrote the bytes. */
    static EntityRow of(ByteWriter written) {
        return new EntityRow(written.toBytes());
    }

    /** The {@link #hash} of the row of which {@link #write} wrote the bytes. */
    static long hash(ByteWriter written) {
        long hash = BASIS;
        for (int i = 0; i < written.length(); i++) {
            hash = (hash ^ written.octetAt(i) & 0xff) * PRIME;
        }
        return hash ^ hash >>> 32;
    }

    /** Whether {@link #write} wrote the bytes of this row. */
    boolean is(long writtenHash, ByteWriter written) {
        return hash == writtenHash && written.holds(bytes);
    }

    /** Those of all keys, null where there is none. */
    static @Nullable EntityRow[] of(List<@Nullable EntityKey> keys) {
        var scratch = new ByteWriter();
        var rows = new @Nullable EntityRow[keys.size()];
        for (int i = 0; i < rows.length; i++) {
            EntityKey key = keys.get(i);
            rows[i] = key == null ? null : of(key, scratch);
        }
        return rows;
    }

    /** The key of so many join keys that stands here. */
    static EntityKey read(ByteReader in, int joinKeys) {
        var values = new ArrayList<FeatureValue>(joinKeys);
        for (int i = 0; i < joinKeys; i++) {
            FeatureValue value = ValueEncoding.read(in);
            if (value == null) {
                throw new EncodingException("a null in an entity's key");
            }
            values.add(value);
        }
        return new EntityKey(values);
    }

    /** Not a copy: leave it alone. */
    byte[] bytes() {
        return bytes;
    }

    /** FNV-1a, mixed: spreads rows over the key space; rows that share a hash are told apart by the bytes behind it. */
    long hash() {
        return hash;
    }

    /** The order of the keys that the embedded store makes of rows. */
    @Override
    public int compareTo(EntityRow other) {
        int byHash = Long.compareUnsigned(hash, other.hash);
        return byHash != 0 ? byHash : Arrays.compareUnsigned(bytes, other.bytes);
    }

    private static long hash(byte[] bytes) {
        long hash = BASIS;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * PRIME;
        }
        return hash ^ hash >>> 32;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof EntityRow row && hash == row.hash && Arrays.equals(bytes, row.bytes);
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
