package io.millrace.edge.store;

import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Spool;
import io.millrace.edge.app.SpoolEntry;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The spool as segment files of one directory. One thread writes: all that was appended while it wrote goes into the next write and under one fsync (group
 * commit). A write or fsync that fails takes nothing: its file is cut back to the last fsynced record and left, the next write begins a new one.
 */
public final class FileSpool implements Spool, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FileSpool.class);

    private final Path directory;
    private final Limits limits;
    private final SpoolWriter writer;
    private final Thread writing;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition grown = lock.newCondition();
    private final TreeMap<Long, Segment> segments = new TreeMap<>();
    private String id;
    private WriteBatch pending = new WriteBatch();
    private @Nullable WriteBatch underWay;
    private CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);
    private long next;
    private long durableEnd;
    private long usedBytes;
    private long pendingBytes;
    private long lostBytes;
    private long syncs;
    private String failure = "";
    private boolean open = true;

    /**
     * @param maxBytes of all segments; what does not fit is refused
     * @param segmentBytes of one segment; a quarter of {@code maxBytes} at most
     * @param maxPendingBytes that wait for the disk; more is refused, as the disk does not keep up
     */
    public record Limits(long maxBytes, long segmentBytes, long maxPendingBytes) {
        public Limits {
            segmentBytes = Math.min(segmentBytes, maxBytes / 4);
        }

        public static Limits of(long maxBytes, long segmentBytes) {
            return new Limits(maxBytes, segmentBytes, 16 << 20);
        }
    }

    private FileSpool(String name, Path directory, Limits limits, Disk.Force force, Recovered recovered) {
        this.directory = directory;
        this.limits = limits;
        this.writer = new SpoolWriter(directory, limits.segmentBytes(), force);
        this.id = recovered.id();
        recovered.segments().forEach(segment -> {
            segments.put(segment.first(), segment);
            usedBytes += segment.length();
        });
        this.next = segments.isEmpty() ? 0 : segments.lastEntry().getValue().last() + 1;
        this.durableEnd = next;
        this.lostBytes = recovered.lostBytes();
        this.writing = Thread.ofPlatform().name("spool-" + name).daemon().unstarted(this::writeAll);
    }

    private record Recovered(String id, List<Segment> segments, long lostBytes) {}

    /** Opens a spool: reads every record, cuts a torn tail, steps over damage, and says what was lost. The name is that of its thread. */
    public static FileSpool open(String name, Path directory, Limits limits) throws IOException {
        return open(name, directory, limits, Disk.FSYNC);
    }

    static FileSpool open(String name, Path directory, Limits limits, Disk.Force force) throws IOException {
        Files.createDirectories(directory);
        var spool = new FileSpool(name, directory, limits, force, recover(directory));
        spool.writing.start();
        return spool;
    }

    @Override
    public String id() {
        lock.lock();
        try {
            return id;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Receipt append(SpoolEntry entry) {
        byte[] payload = EntryCodec.encode(entry);
        if (payload.length > Frames.MAX_PAYLOAD) {
            throw new Refusal(EdgeReason.BODY_TOO_LARGE, "an entry has at most " + Frames.MAX_PAYLOAD + " bytes");
        }
        int size = Frames.size(payload.length);
        lock.lock();
        try {
            if (!open || !failure.isEmpty()) {
                throw new Refusal(EdgeReason.SPOOL_UNAVAILABLE, open ? failure : "the gateway is stopping");
            }
            if (usedBytes + pendingBytes + size > limits.maxBytes()) {
                throw new Refusal(
                        EdgeReason.SPOOL_FULL,
                        "the spool is full (" + limits.maxBytes() + " bytes): nothing was taken, try later");
            }
            if (pendingBytes > 0 && pendingBytes + size > limits.maxPendingBytes()) {
                throw new Refusal(EdgeReason.SPOOL_FULL, "the disk does not keep up: nothing was taken, try later");
            }
            long number = next++;
            pending.add(number, payload);
            pendingBytes += size;
            work.signal();
            return new Receipt(number, pending.durable());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long next() {
        lock.lock();
        try {
            return next;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public CompletableFuture<Void> flushed() {
        lock.lock();
        try {
            if (!pending.isEmpty()) {
                return pending.durable();
            }
            WriteBatch current = underWay;
            return current == null ? settled : current.durable();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Batch read(long from, int maxEntries, long maxBytes) {
        long position = from;
        while (true) {
            Slice slice = slice(position);
            if (slice.segment() == null) {
                return new Batch(List.of(), slice.end());
            }
            List<Segment.Read> found = slice.read(position, maxEntries, maxBytes);
            if (!found.isEmpty()) {
                var entries = new ArrayList<Numbered>(found.size());
                found.forEach(read -> entries.add(new Numbered(read.number(), EntryCodec.decode(read.payload()))));
                return new Batch(entries, found.getLast().number() + 1);
            }
            position = Math.max(position, slice.end());
        }
    }

    @Override
    public boolean await(long from, Duration patience) throws InterruptedException {
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            while (durableEnd <= from && open) {
                if (left <= 0) {
                    return false;
                }
                left = grown.awaitNanos(left);
            }
            return durableEnd > from;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(long below) {
        lock.lock();
        try {
            while (segments.size() > 1) {
                Segment oldest = segments.firstEntry().getValue();
                if (segments.higherKey(oldest.first()) > below) {
                    return;
                }
                Files.deleteIfExists(oldest.path());
                segments.remove(oldest.first());
                usedBytes -= oldest.length();
            }
        } catch (IOException e) {
            // The segment stays in the books and is tried again with the next release.
            LOG.warnf("A segment of the spool cannot be deleted: %s", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void rename() {
        lock.lock();
        try {
            id = newId(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public State state() {
        lock.lock();
        try {
            long first = segments.isEmpty() ? next : segments.firstKey();
            return new State(usedBytes + pendingBytes, limits.maxBytes(), first, durableEnd, lostBytes, syncs, failure);
        } finally {
            lock.unlock();
        }
    }

    /** Writes what was appended, then ends. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            open = false;
            work.signalAll();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writer.close();
    }

    /** What a reader may read without the lock; at {@code end} it goes on behind this segment. */
    private record Slice(@Nullable Segment segment, int offset, int limit, long end) {
        List<Segment.Read> read(long from, int maxEntries, long maxBytes) {
            if (segment == null) {
                return List.of();
            }
            try {
                return segment.read(offset, limit, from, maxEntries, maxBytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private Slice slice(long from) {
        lock.lock();
        try {
            Map.Entry<Long, Segment> floor = segments.floorEntry(from);
            Map.Entry<Long, Segment> entry = floor == null ? segments.firstEntry() : floor;
            while (entry != null && entry.getValue().last() < from) {
                entry = segments.higherEntry(entry.getKey());
            }
            while (entry != null && entry.getValue().length() == 0) {
                entry = segments.higherEntry(entry.getKey());
            }
            if (entry == null) {
                return new Slice(null, 0, 0, Math.max(from, durableEnd));
            }
            Segment segment = entry.getValue();
            return new Slice(segment, segment.offset(from), segment.length(), segment.last() + 1);
        } finally {
            lock.unlock();
        }
    }

    private void writeAll() {
        for (WriteBatch batch = take(); batch != null; batch = take()) {
            try {
                boolean fresh = writer.write(batch);
                done(batch, fresh);
            } catch (IOException e) {
                failed(batch, e);
            } catch (RuntimeException e) {
                failed(batch, new IOException("the writer failed: " + e, e));
            }
        }
    }

    private @Nullable WriteBatch take() {
        lock.lock();
        try {
            while (pending.isEmpty()) {
                if (!open) {
                    return null;
                }
                work.awaitUninterruptibly();
            }
            WriteBatch batch = pending;
            pending = new WriteBatch();
            underWay = batch;
            return batch;
        } finally {
            lock.unlock();
        }
    }

    private void done(WriteBatch batch, boolean fresh) {
        lock.lock();
        try {
            Segment segment = writer.current();
            if (fresh) {
                segments.put(segment.first(), segment);
            }
            batch.forEach((number, payload) -> segment.add(number, Frames.size(payload.length)));
            usedBytes += batch.bytes();
            pendingBytes -= batch.bytes();
            durableEnd = batch.last() + 1;
            syncs++;
            underWay = null;
            settled = batch.durable();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
        batch.durable().complete(null);
    }

    private void failed(WriteBatch batch, IOException cause) {
        LOG.errorf("The spool did not take %d entries: %s", batch.size(), cause.getMessage());
        lock.lock();
        try {
            pendingBytes -= batch.bytes();
            underWay = null;
            settled = batch.durable();
            writer.abandon();
        } catch (IOException e) {
            // What is in the file behind the last fsynced record cannot be taken back: going on could deliver what was
            // refused.
            failure = "the spool's disk failed and its file could not be cut back: " + e.getMessage()
                    + "; restart the gateway";
            LOG.error(failure);
        } finally {
            lock.unlock();
        }
        batch.durable()
                .completeExceptionally(new Refusal(
                        EdgeReason.SPOOL_UNAVAILABLE, "the disk did not take it: " + cause.getMessage(), cause));
    }

    private static Recovered recover(Path directory) throws IOException {
        List<Path> files;
        try (var listed = Files.list(directory)) {
            files = listed.filter(Segment::isSegment).sorted().toList();
        }
        var segments = new ArrayList<Segment>();
        long lost = 0;
        for (Path file : files) {
            var segment = new Segment(directory, Segment.firstOf(file));
            var bytes = Disk.read(file);
            Frames.Scan scan = Frames.scan(bytes, segment.first() - 1, segment::restored);
            segment.restore(scan);
            int torn = bytes.limit() - scan.end();
            if (torn > 0) {
                LOG.warnf("%s: a torn tail of %d bytes behind entry %d was cut", file, torn, scan.last());
                Disk.cut(file, scan.end());
            }
            if (scan.lost() > 0) {
                LOG.errorf("%s: %d bytes between entries are damaged; what stood there is lost", file, scan.lost());
            }
            lost += torn + scan.lost();
            segments.add(segment);
        }
        Path idFile = directory.resolve("id");
        String id = Files.exists(idFile) ? Files.readString(idFile).strip() : newId(directory);
        return new Recovered(id, segments, lost);
    }

    private static String newId(Path directory) throws IOException {
        String id = UUID.randomUUID().toString();
        Disk.replace(directory.resolve("id"), id);
        return id;
    }
}
