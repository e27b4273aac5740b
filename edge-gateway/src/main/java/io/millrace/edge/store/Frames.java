package io.millrace.edge.store;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Records in a file, one behind the other: payload length (4 bytes), CRC32C of number and payload (4), number (8), payload. Numbers ascend. What does not
 * hold together is skipped up to the next record that does, so that damage costs the records that it touches and no other.
 */
final class Frames {
    static final int HEADER = 16;
    /** Largest payload, in bytes. */
    static final int MAX_PAYLOAD = 16 << 20;

    /** How far numbers may jump where a reader looks for the next record behind damage. */
    private static final long MAX_JUMP = 1L << 32;

    private Frames() {}

    /** A record in a buffer. */
    record Frame(long number, int at, int size) {
        byte[] payload(ByteBuffer from) {
            var payload = new byte[size - HEADER];
            from.get(at + HEADER, payload);
            return payload;
        }
    }

    /**
     * What a file holds.
     *
     * @param end behind the last record
     * @param lost bytes between records that are no record; what follows {@code end} is not among them
     * @param last number of the last record; the number before the first that could be where there is none
     */
    record Scan(int end, int lost, long last) {}

    static int size(int payload) {
        return HEADER + payload;
    }

    static void write(ByteBuffer to, long number, byte[] payload) {
        if (payload.length == 0 || payload.length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("a payload has 1 to " + MAX_PAYLOAD + " bytes, was " + payload.length);
        }
        int at = to.position();
        to.putInt(payload.length).putInt(0).putLong(number).put(payload);
        to.putInt(at + 4, crc(to, at + 8, 8 + payload.length));
    }

    /** The number of bytes that the record at an offset says it has; -1 where that cannot be. */
    static int claimedSize(ByteBuffer from, int at) {
        if (from.limit() - at < HEADER) {
            return -1;
        }
        int length = from.getInt(at);
        return length < 1 || length > MAX_PAYLOAD ? -1 : HEADER + length;
    }

    /** Whether a whole record with a number behind {@code last} stands at an offset. */
    static boolean isFrame(ByteBuffer from, int at, long last) {
        int size = claimedSize(from, at);
        if (size < 0 || size > from.limit() - at) {
            return false;
        }
        long number = from.getLong(at + 8);
        return number > last && number - last <= MAX_JUMP && from.getInt(at + 4) == crc(from, at + 8, size - 8);
    }

    static Frame frame(ByteBuffer from, int at) {
        return new Frame(from.getLong(at + 8), at, claimedSize(from, at));
    }

    /**
     * Finds all records.
     *
     * @param last the number before the first that may be
     */
    static Scan scan(ByteBuffer from, long last, Consumer<Frame> found) {
        int at = 0;
        int end = 0;
        int lost = 0;
        long newest = last;
        while (at < from.limit()) {
            if (isFrame(from, at, newest)) {
                Frame frame = frame(from, at);
                found.accept(frame);
                newest = frame.number();
                lost += at - end;
                at += frame.size();
                end = at;
            } else {
                at++;
            }
        }
        return new Scan(end, lost, newest);
    }

    private static int crc(ByteBuffer from, int at, int length) {
        var crc = new CRC32C();
        crc.update(from.slice(at, length));
        return (int) crc.getValue();
    }
}
