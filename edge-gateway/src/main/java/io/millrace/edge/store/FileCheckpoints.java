package io.millrace.edge.store;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.edge.app.Checkpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * The newest checkpoint as one file: CRC32C (4 bytes), then JSON; replaced in one step. One that is damaged is set aside and said: the spool's entries are read
 * again then, and what only the checkpoint knew (the counts of duplicates, sequences whose entries are in Kafka already) begins anew.
 */
public final class FileCheckpoints implements Checkpoint.Store {
    private static final Logger LOG = Logger.getLogger(FileCheckpoints.class);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path file;
    private final AtomicLong damaged = new AtomicLong();

    public FileCheckpoints(Path file) {
        this.file = file;
    }

    /** Checkpoints that could not be read, since this was made. */
    public long damaged() {
        return damaged.get();
    }

    @Override
    public Optional<Checkpoint> load() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            ByteBuffer bytes = Disk.read(file);
            if (bytes.limit() < 4 || bytes.getInt(0) != crc(bytes.slice(4, bytes.limit() - 4))) {
                throw new IOException("its checksum differs");
            }
            return Optional.of(MAPPER.readValue(bytes.array(), 4, bytes.limit() - 4, Checkpoint.class));
        } catch (IOException e) {
            damaged.incrementAndGet();
            LOG.errorf("%s cannot be read and is set aside: %s", file, e.getMessage());
            setAside();
            return Optional.empty();
        }
    }

    @Override
    public void save(Checkpoint checkpoint) throws IOException {
        byte[] json = MAPPER.writeValueAsBytes(checkpoint);
        ByteBuffer bytes = ByteBuffer.allocate(4 + json.length).putInt(0).put(json);
        bytes.putInt(0, crc(ByteBuffer.wrap(json)));
        Disk.replace(file, bytes.array());
    }

    private void setAside() {
        try {
            Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warnf("%s cannot be set aside: %s", file, e.getMessage());
        }
    }

    private static int crc(ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
