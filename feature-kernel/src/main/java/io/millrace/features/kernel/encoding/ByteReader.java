package io.millrace.features.kernel.encoding;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads what {@link ByteWriter} wrote. Every read past the end is an {@link EncodingException}. Not thread-safe. */
public final class ByteReader {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private final int end;
    private int at;
    private @Nullable String text;
    private int textFrom;
    private int textTo;

    public ByteReader(byte[] bytes) {
        this(bytes, 0);
    }

    /** Begins behind a prefix of the bytes. */
    public ByteReader(byte[] bytes, int from) {
        this(bytes, from, bytes.length);
    }

    /** Reads the bytes from the first (inclusive) to the last (exclusive). */
    public ByteReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    public int octet() {
        if (at >= end) {
            throw new EncodingException("ends after " + end + " bytes");
        }
        return bytes[at++] & 0xff;
    }

    public long unsigned() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int group = octet();
            value |= (long) (group & 0x7f) << shift;
            if (group < 0x80) {
                return value;
            }
        }
        throw new EncodingException("a number of more than ten bytes at " + at);
    }

    public long signed() {
        long value = unsigned();
        return (value >>> 1) ^ -(value & 1);
    }

    public int int32() {
        return (int) INTS.get(bytes, fixed(Integer.BYTES));
    }

    public long int64() {
        return (long) LONGS.get(bytes, fixed(Long.BYTES));
    }

    public long sortable64() {
        return int64() ^ Long.MIN_VALUE;
    }

    public int sortable32() {
        return int32() ^ Integer.MIN_VALUE;
    }

    public byte[] raw(int length) {
        if (length < 0 || length > end - at) {
            throw new EncodingException("a block of " + length + " bytes at " + at + " of " + end);
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    /** Passes over so many bytes. */
    public void skip(int length) {
        if (length < 0 || length > end - at) {
            throw new EncodingException("a block of " + length + " bytes at " + at + " of " + end);
        }
        at += length;
    }

    /** Passes over what {@link #unsigned} or {@link #signed} would read. */
    public void skipNumber() {
        while (octet() >= 0x80) {
            // reads on to the last group
        }
    }

    /** Goes back to where something began; gives itself. */
    public ByteReader from(int place) {
        if (place < 0 || place > at) {
            throw new IllegalArgumentException("back to " + place + " from " + at);
        }
        at = place;
        return this;
    }

    /** Where the next byte stands. */
    public int at() {
        return at;
    }

    public byte[] block() {
        return raw(size());
    }

    /** The same string where the text before this one was the same: ids of topics come again and again. */
    public String text() {
        int length = size();
        int from = at;
        at += length;
        if (text == null || !Arrays.equals(bytes, from, at, bytes, textFrom, textTo)) {
            text = new String(bytes, from, length, StandardCharsets.UTF_8);
            textFrom = from;
            textTo = at;
        }
        return text;
    }

    /** Where so many bytes begin that are read now. */
    private int fixed(int length) {
        if (length > end - at) {
            throw new EncodingException("ends after " + end + " bytes");
        }
        at += length;
        return at - length;
    }

    /** A number of things that follow, each of at least a byte. */
    public int size() {
        long size = unsigned();
        if (size < 0 || size > end - at) {
            throw new EncodingException(size + " bytes or things at " + at + " of " + end);
        }
        return (int) size;
    }

    public boolean atEnd() {
        return at == end;
    }
}
