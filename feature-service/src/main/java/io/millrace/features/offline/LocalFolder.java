package io.millrace.features.offline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this machine, or of a file system that several machines share. A file is written beside its place, forced to disk, renamed, and its folder is forced too. Who replaces a
 * file holds a lock of the whole folder meanwhile.
 */
final class LocalFolder implements OfflineFolder {
    private static final String LOCK = ".lock";
    private static final String NEW = ".new";

    /** A lock of a file is for the whole process: within it, threads wait here. */
    private static final Map<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

    private final Path root;
    private final ReentrantLock lock;

    LocalFolder(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.lock = OF_THIS_PROCESS.computeIfAbsent(this.root, _ -> new ReentrantLock());
    }

    @Override
    public Optional<Content> read(String name) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(path(name));
            return Optional.of(new Content(bytes, Digests.of(bytes)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean replace(String name, byte[] bytes, @Nullable String tag) throws IOException {
        Path target = path(name);
        lock.lock();
        try {
            makeFolder(target.getParent());
            try (FileChannel channel =
                            FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                String now = read(name).map(Content::tag).orElse(null);
                if (!Objects.equals(now, tag)) {
                    return false;
                }
                Path beside = target.resolveSibling(target.getFileName() + NEW);
                try (FileChannel out = FileChannel.open(
                        beside,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        out.write(buffer);
                    }
                    out.force(true);
                }
                moveInto(beside, target);
                return true;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(String name, Path file) throws IOException {
        Path target = path(name);
        makeFolder(target.getParent());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        moveInto(file, target);
    }

    @Override
    public Path fetch(String name, long bytes, String sha256) throws IOException {
        Path file = path(name);
        long there = Files.size(file);
        if (there != bytes) {
            throw new IOException(name + " is damaged: it has " + there + " bytes, " + bytes + " were written");
        }
        return file;
    }

    @Override
    public void release(String name) {}

    @Override
    public List<Entry> list(String prefix) throws IOException {
        var entries = new ArrayList<Entry>();
        Path from = path(prefix);
        if (!Files.isDirectory(from)) {
            return entries;
        }
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String name = root.relativize(file).toString();
                if (attributes.isRegularFile() && !name.equals(LOCK)) {
                    entries.add(new Entry(
                            name,
                            attributes.size(),
                            attributes.lastModifiedTime().toInstant()));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return entries;
    }

    @Override
    public void delete(List<String> names) throws IOException {
        for (String name : names) {
            Path file = path(name);
            Files.deleteIfExists(file);
            removeEmptyFolders(file.getParent());
        }
    }

    @Override
    public void close() {}

    private Path path(String name) throws IOException {
        Path path = root.resolve(name).normalize();
        if (!path.startsWith(root)) {
            throw new IOException("'" + name + "' lies outside of the offline store");
        }
        return path;
    }

    private void removeEmptyFolders(@Nullable Path folder) throws IOException {
        for (Path at = folder; at != null && !at.equals(root); at = at.getParent()) {
            try {
                Files.deleteIfExists(at);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }

    private static void moveInto(Path file, Path target) throws IOException {
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force(target.getParent());
    }

    /** Makes a folder with those above it, each on disk before it is used. */
    private static void makeFolder(@Nullable Path folder) throws IOException {
        if (folder == null || Files.isDirectory(folder)) {
            return;
        }
        makeFolder(folder.getParent());
        Files.createDirectories(folder);
        force(folder.getParent());
    }

    private static void force(@Nullable Path folder) throws IOException {
        if (folder != null) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
