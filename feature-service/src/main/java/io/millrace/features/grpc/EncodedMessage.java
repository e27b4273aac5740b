package io.millrace.features.grpc;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A protobuf message that is written from its end to its beginning: the length of a part is known once the part is there, so that nothing is measured before it is written. Not
 * thread-safe while it is written.
 */
final class EncodedMessage {
    private static final VarHandle LITTLE_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final VarHandle LITTLE_ENDIAN_INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int LENGTH_DELIMITED = 2;

    private static final byte[] NOTHING = {};

    private final boolean isLent;
    private byte[] bytes;
    private int from;

    /** @param expected about how many bytes it will have */
    EncodedMessage(int expected) {
        this(new byte[Math.max(64, expected)], false);
    }

    private EncodedMessage(byte[] bytes, boolean isLent) {
        this.bytes = bytes;
        this.from = bytes.length;
        this.isLent = isLent;
    }

    /** One whose array is used again for others once this is {@link #release released}. */
    static EncodedMessage lent(int expected) {
        return new EncodedMessage(AnswerBuffers.take(expected), true);
    }

    /** One that is there already. */
    EncodedMessage(byte[] message) {
        this(message, false);
        this.from = 0;
    }

    /** Nobody looks at this message or at its {@link #buffer} any more; it is empty from now on. */
    void release() {
        byte[] before = bytes;
        bytes = NOTHING;
        from = 0;
        if (isLent) {
            AnswerBuffers.give(before);
        }
    }

    /** The tag of a field; those of the fields 1 to 15 are one byte. */
    static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    static int delimited(int field) {
        return tag(field, LENGTH_DELIMITED);
    }

    int length() {
        return bytes.length - from;
    }

    /** For whoever writes much: what is written stands in {@link #buffer} behind {@link #from()}; once there was made {@link #room}, it may be written before that and said with {@link #from(int)}. */
    byte[] buffer() {
        return bytes;
    }

    int from() {
        return from;
    }

    void from(int begin) {
        from = begin;
    }

    /** One byte before what is there. */
    void octet(int value) {
        room(1);
        bytes[--from] = (byte) value;
    }

    /** A number in groups of seven bits, the lowest first. */
    void varint(long value) {
        int length = varintLength(value);
        room(length);
        from -= length;
        putVarint(bytes, from, value, length);
    }

    static int varintLength(long value) {
        return (Long.SIZE - Long.numberOfLeadingZeros(value | 1) + 6) / 7;
    }

    static void putVarint(byte[] into, int at, long value, int length) {
        long rest = value;
        for (int i = at; i < at + length - 1; i++) {
            into[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        into[at + length - 1] = (byte) rest;
    }

    /** A number of which small magnitudes are short. */
    static long zigzagged(long value) {
        return value << 1 ^ value >> 63;
    }

    /** Four bytes, the lowest first. */
    static void putFixed32(byte[] into, int at, int value) {
        LITTLE_ENDIAN_INTS.set(into, at, value);
    }

    static void putFixed64(byte[] into, int at, long value) {
        LITTLE_ENDIAN_LONGS.set(into, at, value);
    }

    void fixed64(long value) {
        room(Long.BYTES);
        from -= Long.BYTES;
        LITTLE_ENDIAN_LONGS.set(bytes, from, value);
    }

    void raw(byte[] source, int begin, int length) {
        room(length);
        from -= length;
        System.arraycopy(source, begin, bytes, from, length);
    }

    void raw(byte[] source) {
        raw(source, 0, source.length);
    }

    /** A field of text. */
    void text(int tag, String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        raw(encoded);
        varint(encoded.length);
        octet(tag);
    }

    /** Makes a field of all that was written since it was so long. */
    void close(int tag, int lengthBefore) {
        varint(length() - lengthBefore);
        octet(tag);
    }

    byte[] toBytes() {
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    /** Sees to it that so many bytes can be written. */
    void room(int more) {
        if (from < more) {
            int length = length();
            byte[] before = bytes;
            byte[] larger = isLent
                    ? AnswerBuffers.take(Math.max(2 * before.length, length + more))
                    : new byte[Math.max(2 * before.length, length + more)];
            System.arraycopy(before, from, larger, larger.length - length, length);
            from = larger.length - length;
            bytes = larger;
            if (isLent) {
                AnswerBuffers.give(before);
            }
        }
    }
}
