package io.millrace.features.kernel.encoding;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads what {@link ByteWriter} wrote. Every read past the end is an {@link EncodingException}. Not thread-safe. */
public final class ByteReader {
    private final byte[] bytes;
    private int at;

    public ByteReader(byte[] bytes) {
        this(bytes, 0);
    }

    /** Begins behind a prefix of the bytes. */
    public ByteReader(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    public int octet() {
        if (at >= bytes.length) {
            throw new EncodingException("ends after " + bytes.length + " bytes");
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
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | octet();
        }
        return value;
    }

    public long int64() {
        return (long) int32() << 32 | int32() & 0xffff_ffffL;
    }

    public long sortable64() {
        return int64() ^ Long.MIN_VALUE;
    }

    public int sortable32() {
        return int32() ^ Integer.MIN_VALUE;
    }

    public byte[] raw(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw new EncodingException("a block of " + length + " bytes at " + at + " of " + bytes.length);
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    public byte[] block() {
        return raw(size());
    }

    public String text() {
        return new String(block(), StandardCharsets.UTF_8);
    }

    /** A number of things that follow, each of at least a byte. */
    public int size() {
        long size = unsigned();
        if (size < 0 || size > bytes.length - at) {
            throw new EncodingException(size + " bytes or things at " + at + " of " + bytes.length);
        }
        return (int) size;
    }

    public boolean atEnd() {
        return at == bytes.length;
    }
}
