package io.millrace.edge.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.NodeStore;
import io.millrace.edge.app.RegisteredNode;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeUrl;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * The registered nodes as a log of changes, each one record ({@code {"put":[…]}} or {@code {"remove":"id"}}) and one fsync, so that registering one node
 * does not write ten thousand; rewritten where it has grown. Thread-safe.
 */
public final class FileNodeStore implements NodeStore, AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FileNodeStore.class);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path file;
    private final long rewriteBytes;
    private final Map<String, RegisteredNode> nodes = new TreeMap<>();
    private RandomAccessFile out;
    private long length;
    private long number;

    private FileNodeStore(Path file, long rewriteBytes) throws IOException {
        this.file = file;
        this.rewriteBytes = rewriteBytes;
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        Files.createDirectories(directory);
        this.out = new RandomAccessFile(file.toFile(), "rw");
        Disk.forceDirectory(directory);
    }

    /** Opens the log: reads every change, cuts a torn tail. */
    public static FileNodeStore open(Path file) throws IOException {
        return open(file, 16 << 20);
    }

    static FileNodeStore open(Path file, long rewriteBytes) throws IOException {
        var store = new FileNodeStore(file, rewriteBytes);
        store.read();
        return store;
    }

    @Override
    public synchronized List<RegisteredNode> load() {
        return List.copyOf(nodes.values());
    }

    @Override
    public synchronized void put(List<RegisteredNode> changed) {
        append(json(changed));
        changed.forEach(node -> nodes.put(node.node().id(), node));
        rewriteWhereGrown();
    }

    @Override
    public synchronized void remove(String id) {
        append(bytes(MAPPER.createObjectNode().put("remove", id)));
        nodes.remove(id);
        rewriteWhereGrown();
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }

    private void append(byte[] payload) {
        try {
            ByteBuffer frame = ByteBuffer.allocate(Frames.size(payload.length));
            Frames.write(frame, number, payload);
            out.seek(length);
            out.write(frame.array());
            Disk.FSYNC.force(out);
            length += frame.capacity();
            number++;
        } catch (IOException e) {
            takeBack(e);
            throw new Refusal(EdgeReason.NODES_UNAVAILABLE, "the disk did not take it: " + e.getMessage(), e);
        }
    }

    /** Cuts what a failed write left, so that it is not read as a change that was refused. */
    private void takeBack(IOException cause) {
        try {
            out.setLength(length);
        } catch (IOException e) {
            cause.addSuppressed(e);
            LOG.errorf("%s cannot be cut back to %d bytes: %s", file, length, e.getMessage());
        }
    }

    private void read() throws IOException {
        ByteBuffer bytes = Disk.read(file);
        Frames.Scan scan = Frames.scan(bytes, -1, frame -> apply(frame.payload(bytes)));
        int torn = bytes.limit() - scan.end();
        if (torn > 0) {
            LOG.warnf("%s: a torn tail of %d bytes was cut", file, torn);
            Disk.cut(file, scan.end());
        }
        if (scan.lost() > 0) {
            LOG.errorf("%s: %d bytes are damaged; the registrations that stood there are lost", file, scan.lost());
        }
        length = scan.end();
        number = scan.last() + 1;
    }

    private void apply(byte[] change) {
        try {
            JsonNode json = MAPPER.readTree(change);
            nodes.remove(json.path("remove").asText());
            for (JsonNode put : json.path("put")) {
                RegisteredNode node = node(put);
                nodes.put(node.node().id(), node);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void rewriteWhereGrown() {
        if (length < rewriteBytes) {
            return;
        }
        try {
            byte[] whole = json(load());
            ByteBuffer frame = ByteBuffer.allocate(Frames.size(whole.length));
            Frames.write(frame, number, whole);
            Disk.replace(file, frame.array());
            out.close();
            out = new RandomAccessFile(file.toFile(), "rw");
            length = frame.capacity();
            number++;
        } catch (IOException e) {
            LOG.warnf("%s cannot be rewritten: %s", file, e.getMessage());
        }
    }

    private static byte[] json(List<RegisteredNode> nodes) {
        ObjectNode change = MAPPER.createObjectNode();
        var list = change.putArray("put");
        for (RegisteredNode registered : nodes) {
            EdgeNode node = registered.node();
            list.addObject()
                    .put("id", node.id())
                    .put("url", node.urlText())
                    .put("domain", node.domain())
                    .put("interval", node.interval().toSeconds())
                    .put("since", registered.since());
        }
        return bytes(change);
    }

    private static RegisteredNode node(JsonNode json) {
        String url = json.path("url").asText();
        return new RegisteredNode(
                new EdgeNode(
                        json.path("id").asText(),
                        url.isEmpty() ? Optional.empty() : Optional.of(NodeUrl.parse(url)),
                        json.path("domain").asText(),
                        Duration.ofSeconds(json.path("interval").asLong())),
                json.path("since").asLong());
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }
}
