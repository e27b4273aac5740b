package io.millrace.features.kernel.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Writes the compact form into memory. Not thread-safe. */
public final class ByteWriter {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Bytes of the longest number. */
    private static final int LONGEST = 10;

    private byte[] bytes = new byte[64];
    private int length;

    public void octet(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    /** An unsigned number in groups of seven bits, the lowest first: 1 byte below 128, at most 10. */
    public void unsigned(long value) {
        room(LONGEST);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    /** A signed number; small magnitudes are short. */
    public void signed(long value) {
        unsigned((value << 1) ^ (value >> 63));
    }

    /** Four bytes, the highest first. */
    public void int32(int value) {
        room(Integer.BYTES);
        INTS.set(bytes, length, value);
        length += Integer.BYTES;
    }

    /** Eight bytes, the highest first. */
    public void int64(long value) {
        room(Long.BYTES);
        LONGS.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** Eight bytes whose unsigned order is the order of the numbers. */
    public void sortable64(long value) {
        int64(value ^ Long.MIN_VALUE);
    }

    /** Four bytes whose unsigned order is the order of the numbers. */
    public void sortable32(int value) {
        int32(value ^ Integer.MIN_VALUE);
    }

    public void raw(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    /** Its length, then the bytes. */
    public void block(byte[] value) {
        unsigned(value.length);
        raw(value);
    }

    /** As a block of UTF-8. */
    public void text(String value) {
        block(value.getBytes(StandardCharsets.UTF_8));
    }

    /** How many bytes were written. */
    public int length() {
        return length;
    }

    /** One byte of what was written. */
    public byte octetAt(int place) {
        return bytes[Objects.checkIndex(place, length)];
    }

    /** Whether exactly these bytes were written. */
    public boolean holds(byte[] others) {
        return Arrays.equals(bytes, 0, length, others, 0, others.length);
    }

    /** Forgets all but the first bytes; the memory stays, for what is written next. */
    public void cutTo(int bytes) {
        length = Math.min(length, bytes);
    }

    /** The length of what another one has, then its bytes. */
    public void block(ByteWriter other) {
        unsigned(other.length);
        room(other.length);
        System.arraycopy(other.bytes, 0, bytes, length, other.length);
        length += other.length;
    }

    /** Puts what was written into a buffer that has room for it. */
    public void copyTo(ByteBuffer buffer) {
        buffer.put(bytes, 0, length);
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
