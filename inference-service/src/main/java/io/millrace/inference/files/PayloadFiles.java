package io.millrace.inference.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.app.payload.LoggedCall;
import io.millrace.inference.app.payload.PayloadMeter;
import io.millrace.inference.app.payload.PayloadMeter.Dropped;
import io.millrace.inference.app.payload.PayloadSink;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.duckdb.DuckDBConnection;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Logged calls in Parquet files, {@code name=<called>/day=<UTC day>/<id>.parquet}. Calls are gathered as lines of JSON below {@code .open}, and become a Parquet file when there are enough of
 * them or the time is over; after a crash those that are left do at the next start. Where the disk is full or fails it stops, says so, and begins again once there is room. A lock on
 * the folder keeps two processes from taking up each other's lines.
 */
public final class PayloadFiles implements PayloadSink {
    private static final Logger LOG = Logger.getLogger(PayloadFiles.class);
    private static final String COLUMNS = "{id: 'VARCHAR', time: 'TIMESTAMP', kind: 'VARCHAR', model_name: 'VARCHAR', "
            + "model_version: 'VARCHAR', model_digest: 'VARCHAR', status: 'VARCHAR', duration_us: 'BIGINT', "
            + "request: 'VARCHAR', response: 'VARCHAR'}";
    private static final String LINES = ".jsonl";
    private static final String APART = "~";
    private static final int MAX_OPEN = 64;
    private static final Duration LOOKS_AGAIN = Duration.ofSeconds(5);

    private final Bounds bounds;
    private final PayloadMeter meter;
    private final Path gathering;
    private final JsonFactory json = new JsonFactory();
    private final Map<String, Gathered> open = new HashMap<>();
    private @Nullable FileChannel lock;
    private boolean isStopped;
    private boolean tookUp;
    private long looked;

    /**
     * Where calls are logged and when files are written.
     *
     * @param rollAfter longest time until a call is in a Parquet file
     * @param rollBytes of gathered lines, after which they become one
     * @param minFreeBytes room that stays on the disk
     */
    public record Bounds(Path directory, Duration rollAfter, long rollBytes, long minFreeBytes) {}

    private static final class Gathered {
        final Path file;
        final OutputStream lines;
        final long since = System.nanoTime();
        long bytes;

        Gathered(Path file) throws IOException {
            this.file = file;
            this.lines = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        }
    }

    public PayloadFiles(Bounds bounds, PayloadMeter meter) {
        this.bounds = bounds;
        this.meter = meter;
        this.gathering = bounds.directory().toAbsolutePath().normalize().resolve(".open");
        this.looked = System.nanoTime() - LOOKS_AGAIN.toNanos();
    }

    @Override
    public void write(LoggedCall call) {
        if (!hasRoom()) {
            meter.dropped(Dropped.FILES, 1);
            return;
        }
        String day = call.time().atOffset(ZoneOffset.UTC).toLocalDate().toString();
        String key = folder(call.name()) + APART + day;
        Gathered into;
        try {
            into = append(key, line(call).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            abandon(key);
            stop(String.valueOf(e.getMessage()));
            meter.dropped(Dropped.FILES, 1);
            return;
        }
        meter.logged(Kind.FILES);
        if (into.bytes >= bounds.rollBytes() || open.size() > MAX_OPEN) {
            roll(key, into);
        }
    }

    private Gathered append(String key, byte[] line) throws IOException {
        Gathered into = open.get(key);
        if (into == null) {
            into = new Gathered(gathering.resolve(key + APART + UUID.randomUUID() + LINES));
            open.put(key, into);
        }
        into.lines.write(line);
        into.bytes += line.length;
        return into;
    }

    /** Nothing is written behind half of a line: what is whole becomes a file later. */
    private void abandon(String key) {
        Gathered torn = open.remove(key);
        if (torn != null) {
            try {
                torn.lines.close();
            } catch (IOException e) {
                LOG.debugf("%s: %s", torn.file, e.getMessage());
            }
        }
    }

    @Override
    public void tick() {
        if (hasRoom()) {
            rollWhere(bounds.rollAfter());
        }
    }

    @Override
    public void close() {
        rollWhere(Duration.ofNanos(-1));
        if (lock != null) {
            try {
                lock.close();
            } catch (IOException e) {
                LOG.debugf("The lock of %s: %s", gathering, e.getMessage());
            }
        }
    }

    private void rollWhere(Duration age) {
        for (Map.Entry<String, Gathered> each : List.copyOf(open.entrySet())) {
            if (System.nanoTime() - each.getValue().since > age.toNanos()) {
                roll(each.getKey(), each.getValue());
            }
        }
    }

    /** Where it fails the lines stay, and are taken up later. */
    private void roll(String key, Gathered gathered) {
        open.remove(key);
        try {
            gathered.lines.close();
            convert(gathered.file);
        } catch (IOException | SQLException e) {
            stop(String.valueOf(e.getMessage()));
        }
    }

    private void convert(Path lines) throws IOException, SQLException {
        String[] parts = lines.getFileName().toString().split(APART, -1);
        Path folder = bounds.directory()
                .toAbsolutePath()
                .normalize()
                .resolve("name=" + parts[0])
                .resolve("day=" + parts[1]);
        Files.createDirectories(folder);
        Path file = folder.resolve(parts[2].replace(LINES, ".parquet"));
        var duckDb = new DuckDb(128L << 20, 1L << 30, gathering.resolve("spill"));
        try (DuckDBConnection connection = duckDb.open(List.of(gathering, folder));
                Statement statement = connection.createStatement()) {
            statement.execute("COPY (SELECT * FROM read_json(" + DuckDb.literal(lines.toString())
                    + ", format='newline_delimited', ignore_errors=true, maximum_object_size=16777216, columns="
                    + COLUMNS
                    + ") WHERE id IS NOT NULL) TO "
                    + DuckDb.literal(WholeFiles.aside(file).toString())
                    + " (FORMAT parquet, COMPRESSION zstd)");
        }
        WholeFiles.place(file);
        Files.delete(lines);
    }

    /** Makes files of what a process before left, and of what could not become one. What still cannot is left to the next start. */
    private void takeUp() throws IOException {
        tookUp = true;
        List<Path> underway = open.values().stream().map(each -> each.file).toList();
        try (Stream<Path> left = Files.list(gathering)) {
            for (Path lines : left.filter(file -> file.toString().endsWith(LINES) && !underway.contains(file))
                    .toList()) {
                try {
                    convert(lines);
                } catch (SQLException | IOException e) {
                    LOG.warnf("%s cannot be made a Parquet file, and stays: %s", lines, e.getMessage());
                }
            }
        }
    }

    /** Looks at the disk every few seconds, and at the first time at what was left. */
    private boolean hasRoom() {
        if (System.nanoTime() - looked < LOOKS_AGAIN.toNanos()) {
            return !isStopped;
        }
        looked = System.nanoTime();
        try {
            Files.createDirectories(gathering);
            long free = Files.getFileStore(gathering).getUsableSpace();
            if (!isLocked()) {
                stop("another process logs to it");
            } else if (free < bounds.minFreeBytes()) {
                stop(free + " bytes are left on the disk, " + bounds.minFreeBytes() + " must be");
            } else {
                goOn();
            }
        } catch (IOException e) {
            stop(String.valueOf(e.getMessage()));
        }
        return !isStopped;
    }

    private void goOn() throws IOException {
        if (isStopped) {
            isStopped = false;
            tookUp = false;
            meter.stopped(false);
            LOG.infof("Calls are logged to %s again", bounds.directory());
        }
        if (!tookUp) {
            takeUp();
        }
    }

    /** Whether the folder is this process's; taken where it is nobody's, until the end. */
    private boolean isLocked() throws IOException {
        if (lock != null) {
            return true;
        }
        FileChannel channel =
                FileChannel.open(gathering.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                lock = channel;
                return true;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debugf("%s is locked by this process already", gathering);
        }
        channel.close();
        return false;
    }

    private void stop(String why) {
        looked = System.nanoTime();
        if (!isStopped) {
            isStopped = true;
            meter.stopped(true);
            LOG.errorf("Calls are not logged to %s any more: %s", bounds.directory(), why);
        }
    }

    private String line(LoggedCall call) throws IOException {
        var text = new StringWriter();
        try (JsonGenerator out = json.createGenerator(text)) {
            out.writeStartObject();
            out.writeStringField("id", call.id());
            out.writeStringField("time", call.time().toString());
            out.writeStringField("kind", call.kind());
            out.writeStringField("model_name", call.model());
            out.writeStringField("model_version", call.modelVersion());
            out.writeStringField("model_digest", call.modelDigest());
            out.writeStringField("status", call.status());
            out.writeNumberField("duration_us", call.micros());
            out.writeStringField("request", call.request());
            out.writeStringField("response", call.response());
            out.writeEndObject();
        }
        return text.append('\n').toString();
    }

    /** A name as a folder's: whatever else it has becomes {@code _}. */
    private static String folder(@Nullable String name) {
        String safe = String.valueOf(name).replaceAll("[^A-Za-z0-9._-]", "_");
        return safe.startsWith(".") ? "_" + safe : safe;
    }
}
