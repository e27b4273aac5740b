package io.millrace.features.kernel.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.AvroTypeException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary encoding from an array of bytes. Nothing is set aside before it is known that the record has it: a length beyond the record's end, or more
 * items than {@link #MAX_ITEMS} (items may be of no bytes at all), is a fault and no allocation. Avro's own decoder believes the lengths that it reads.
 */
final class BoundedAvroInput extends Decoder {
    /** Of all lists and maps of a record. */
    static final int MAX_ITEMS = 1 << 20;

    private final byte[] bytes;
    private int at;
    private long items;

    /** @param from where the record begins */
    BoundedAvroInput(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
    }

    /** Bytes that were not read. */
    int left() {
        return bytes.length - at;
    }

    private int take(long length) throws IOException {
        if (length < 0 || length > left()) {
            throw new EOFException("a length of " + length + " where " + left() + " bytes are left");
        }
        int from = at;
        at += (int) length;
        return from;
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() throws IOException {
        int value = bytes[take(1)];
        if (value != 0 && value != 1) {
            throw new AvroTypeException("a boolean is neither 0 nor 1");
        }
        return value == 1;
    }

    @Override
    public int readInt() throws IOException {
        long value = readLong();
        if (value != (int) value) {
            throw new AvroTypeException("a number does not fit into 32 bits");
        }
        return (int) value;
    }

    @Override
    public long readLong() throws IOException {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int next = bytes[take(1)] & 0xFF;
            if (shift == 63 && next > 1) {
                break;
            }
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return (value >>> 1) ^ -(value & 1);
            }
        }
        throw new AvroTypeException("a number has more than 64 bits");
    }

    @Override
    public float readFloat() throws IOException {
        return ByteBuffer.wrap(bytes, take(4), 4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getFloat();
    }

    @Override
    public double readDouble() throws IOException {
        return ByteBuffer.wrap(bytes, take(8), 8)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getDouble();
    }

    @Override
    public Utf8 readString(@Nullable Utf8 old) throws IOException {
        return new Utf8(readString());
    }

    @Override
    public String readString() throws IOException {
        long length = readLong();
        return java.nio.charset.StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, take(length), (int) length))
                .toString();
    }

    @Override
    public void skipString() throws IOException {
        take(readLong());
    }

    @Override
    public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
        long length = readLong();
        return ByteBuffer.wrap(bytes, take(length), (int) length).slice();
    }

    @Override
    public void skipBytes() throws IOException {
        take(readLong());
    }

    @Override
    public void readFixed(byte[] into, int start, int length) throws IOException {
        System.arraycopy(bytes, take(length), into, start, length);
    }

    @Override
    public void skipFixed(int length) throws IOException {
        take(length);
    }

    @Override
    public int readEnum() throws IOException {
        return readInt();
    }

    @Override
    public long readArrayStart() throws IOException {
        return block();
    }

    @Override
    public long arrayNext() throws IOException {
        return block();
    }

    @Override
    public long skipArray() throws IOException {
        return skippable();
    }

    @Override
    public long readMapStart() throws IOException {
        return block();
    }

    @Override
    public long mapNext() throws IOException {
        return block();
    }

    @Override
    public long skipMap() throws IOException {
        return skippable();
    }

    @Override
    public int readIndex() throws IOException {
        return readInt();
    }

    /** Items of the next block; a negative number says that the block's bytes follow. */
    private long block() throws IOException {
        long count = readLong();
        if (count < 0) {
            readLong();
            count = -count;
        }
        return counted(count);
    }

    /** Skips the blocks that say how long they are; the items of one that does not are left to be skipped one by one. */
    private long skippable() throws IOException {
        long count = readLong();
        while (count < 0) {
            counted(-count);
            take(readLong());
            count = readLong();
        }
        return counted(count);
    }

    private long counted(long count) {
        items += count;
        if (count < 0 || items > MAX_ITEMS || items < 0) {
            throw new UndecodableRecordException(
                    UndecodableRecordException.Fault.TOO_LARGE,
                    "lists and maps of more than " + MAX_ITEMS + " items in all");
        }
        return count;
    }
}
