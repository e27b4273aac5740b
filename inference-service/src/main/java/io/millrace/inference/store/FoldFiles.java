package io.millrace.inference.store;

import io.millrace.inference.app.label.FoldStates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jboss.logging.Logger;

/**
 * Keeps the state of each fold in a file of its own, {@code <directory>/<labels>/<fold>.state}: what it is of, the offset, the state, and a CRC-32C of all that. A file is written aside, forced to
 * disk and renamed over the one before.
 */
public final class FoldFiles implements FoldStates {
    private static final Logger LOG = Logger.getLogger(FoldFiles.class);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,150}");
    private static final int MAGIC = 0x4d4c4653;
    private static final int CHECKSUM_BYTES = 4;

    private final Path directory;

    /** Of a folder that is made where it is missing. */
    public FoldFiles(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<Kept> read(Identity of) throws IOException {
        Path file = file(of);
        byte[] all;
        try {
            all = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        int length = all.length - CHECKSUM_BYTES;
        if (length < 0 || ByteBuffer.wrap(all).getInt(length) != checksum(all, length)) {
            LOG.errorf("%s is damaged: it is not used", file);
            return Optional.empty();
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(Arrays.copyOf(all, length)))) {
            if (in.readInt() != MAGIC
                    || !in.readUTF().equals(of.topicId())
                    || !in.readUTF().equals(of.fingerprint())) {
                LOG.infof("%s is of another definition or topic: it is made anew", file);
                return Optional.empty();
            }
            long offset = in.readLong();
            return Optional.of(new Kept(offset, in.readAllBytes()));
        }
    }

    @Override
    public void write(Identity of, Kept kept) throws IOException {
        var bytes = new ByteArrayOutputStream(kept.state().length + 256);
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(MAGIC);
            out.writeUTF(of.topicId());
            out.writeUTF(of.fingerprint());
            out.writeLong(kept.offset());
            out.write(kept.state());
            out.writeInt(checksum(bytes.toByteArray(), bytes.size()));
        }
        Path file = file(of);
        Path folder = directory.resolve(of.labels());
        Files.createDirectories(folder);
        Path aside = folder.resolve("." + file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel entry = FileChannel.open(folder, StandardOpenOption.READ)) {
            entry.force(true);
        }
    }

    private Path file(Identity of) {
        if (!NAME.matcher(of.labels()).matches() || !NAME.matcher(of.fold()).matches()) {
            throw new IllegalArgumentException("no name of a file: " + of.labels() + "/" + of.fold());
        }
        return directory.resolve(of.labels()).resolve(of.fold() + ".state");
    }

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
