package io.millrace.edge.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A file of the spool and where its records are. Not thread-safe; the spool guards it. */
final class Segment {
    private static final String SUFFIX = ".spool1";
    private static final int INDEX_EVERY = 64;

    private final Path path;
    private final long first;
    private final NavigableMap<Long, Integer> index = new TreeMap<>();
    private int records;
    private int length;
    private long last;

    /**
     * @param first the number from which on this segment may have records
     */
    Segment(Path directory, long first) {
        this.path = directory.resolve("%020d".formatted(first) + SUFFIX);
        this.first = first;
        this.last = first - 1;
    }

    static boolean isSegment(Path file) {
        return String.valueOf(file.getFileName()).matches("\\d{20}" + SUFFIX.replace(".", "\\."));
    }

    static long firstOf(Path file) {
        return Long.parseLong(String.valueOf(file.getFileName()).substring(0, 20));
    }

    Path path() {
        return path;
    }

    long first() {
        return first;
    }

    /** Number of the last record; {@code first - 1} where there is none. */
    long last() {
        return last;
    }

    /** Bytes that are records, durable. */
    int length() {
        return length;
    }

    void add(long number, int size) {
        if (records++ % INDEX_EVERY == 0) {
            index.put(number, length);
        }
        length += size;
        last = number;
    }

    /** Takes what a scan found. */
    void restore(Frames.Scan scan) {
        length = scan.end();
        last = scan.last();
    }

    void restored(Frames.Frame frame) {
        if (records++ % INDEX_EVERY == 0) {
            index.put(frame.number(), frame.at());
        }
    }

    /** Where to begin to read in order to meet a number, in bytes. */
    int offset(long number) {
        var entry = index.floorEntry(number);
        return entry == null ? 0 : entry.getValue();
    }

    /** A record as it was read. */
    record Read(long number, byte[] payload) {}

    /**
     * Durable records from a number on. Needs no lock: the bytes below {@code limit} never change.
     *
     * @param from where to begin, in bytes, from {@link #offset}
     * @param limit bytes of the file that may be read
     */
    List<Read> read(int from, int limit, long number, int maxRecords, long maxBytes) throws IOException {
        int chunk = (int) Math.min(limit - from, Math.max(256 << 10, maxBytes));
        while (true) {
            ByteBuffer bytes = bytes(path, from, chunk);
            var found = new ArrayList<Read>();
            boolean whole = chunk == limit - from;
            collect(bytes, number, maxRecords, maxBytes, found);
            if (!found.isEmpty() || whole) {
                return found;
            }
            chunk = (int) Math.min(limit - from, chunk * 4L);
        }
    }

    private void collect(ByteBuffer bytes, long number, int maxRecords, long maxBytes, List<Read> found) {
        long total = 0;
        int at = 0;
        long newest = first - 1;
        while (at < bytes.limit() && found.size() < maxRecords && total < maxBytes) {
            if (!Frames.isFrame(bytes, at, newest)) {
                at++;
                continue;
            }
            Frames.Frame frame = Frames.frame(bytes, at);
            if (frame.number() >= number) {
                found.add(new Read(frame.number(), frame.payload(bytes)));
                total += frame.size();
            }
            newest = frame.number();
            at += frame.size();
        }
    }

    private static ByteBuffer bytes(Path path, int from, int length) throws IOException {
        var bytes = new byte[length];
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(from);
            file.readFully(bytes);
        }
        return ByteBuffer.wrap(bytes);
    }
}
