package io.millrace.edge.store;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/** Writes that survive kill -9 and a power loss. */
final class Disk {
    /** Brings what was written to a file onto the disk. */
    @FunctionalInterface
    interface Force {
        void force(RandomAccessFile file) throws IOException;
    }

    /** fsync. A RandomAccessFile, because an interrupted thread would close a FileChannel for everybody. */
    static final Force FSYNC = file -> file.getFD().sync();

    private Disk() {}

    /** Makes the names in a directory durable. */
    static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Replaces a file in one step: a reader sees the old content or the new, whatever dies. */
    static void replace(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (var out = new RandomAccessFile(fresh.toFile(), "rw")) {
            out.setLength(0);
            out.write(content);
            FSYNC.force(out);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(Objects.requireNonNull(file.toAbsolutePath().getParent()));
    }

    static void replace(Path file, String content) throws IOException {
        replace(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Cuts a file. */
    static void cut(Path file, long length) throws IOException {
        try (var out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(length);
            FSYNC.force(out);
        }
    }

    static ByteBuffer read(Path file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file));
    }
}
