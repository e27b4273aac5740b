package io.millrace.edge.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Appends batches to the newest segment. Used by one thread. */
final class SpoolWriter {
    private final Path directory;
    private final long segmentBytes;
    private final Disk.Force force;
    private @Nullable RandomAccessFile file;
    private @Nullable Segment current;

    SpoolWriter(Path directory, long segmentBytes, Disk.Force force) {
        this.directory = directory;
        this.segmentBytes = segmentBytes;
        this.force = force;
    }

    /** The segment of the last write. */
    Segment current() {
        if (current == null) {
            throw new IllegalStateException("nothing was written yet");
        }
        return current;
    }

    /**
     * Writes a batch and one fsync; the segment's own books are the caller's to keep.
     *
     * @return whether the batch began a new segment
     */
    boolean write(WriteBatch batch) throws IOException {
        Segment segment = current;
        RandomAccessFile out = file;
        boolean fresh = false;
        if (segment == null || out == null || segment.length() >= segmentBytes) {
            fresh = true;
            close();
            segment = new Segment(directory, batch.first());
            out = new RandomAccessFile(segment.path().toFile(), "rw");
            file = out;
            current = segment;
            Disk.forceDirectory(directory);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(batch.bytes()));
        batch.forEach((number, payload) -> Frames.write(bytes, number, payload));
        out.seek(segment.length());
        out.write(bytes.array());
        force.force(out);
        return fresh;
    }

    /** Takes back a write that failed; the next one begins a new segment. */
    void abandon() throws IOException {
        RandomAccessFile out = file;
        Segment segment = current;
        if (out != null && segment != null) {
            out.setLength(segment.length());
            close();
        }
        current = null;
    }

    void close() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
