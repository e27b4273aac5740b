package io.millrace.features.kernel.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the compact form into memory. Not thread-safe. */
public final class ByteWriter {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] bytes = new byte[64];
    private int length;

    public void octet(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    /** An unsigned number in groups of seven bits, the lowest first: 1 byte below 128, at most 10. */
    public void unsigned(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            octet((int) (rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
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

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
