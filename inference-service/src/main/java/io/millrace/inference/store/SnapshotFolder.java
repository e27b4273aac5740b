package io.millrace.inference.store;

import io.millrace.inference.app.learn.VersionStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Snapshots in a model repository that is a folder: written aside, under a name with a dot in front, and moved into place. */
public final class SnapshotFolder implements VersionStore {
    private static final String ASIDE = ".snapshot-";

    private final Path root;

    public SnapshotFolder(Path root) {
        this.root = root;
    }

    @Override
    public boolean put(String model, String version, Map<String, byte[]> files) throws IOException {
        Path place = root.resolve(model).resolve(version);
        if (isThere(place, files)) {
            return false;
        }
        Files.createDirectories(root.resolve(model));
        Path aside = Files.createTempDirectory(root, ASIDE);
        try {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                write(aside.resolve(file.getKey()), file.getValue());
            }
            Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(aside);
            throw e;
        }
        sync(root.resolve(model));
        return true;
    }

    private static boolean isThere(Path place, Map<String, byte[]> files) throws IOException {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path definition = place.resolve(DEFINITION);
        if (Files.exists(definition) && Arrays.equals(Files.readAllBytes(definition), files.get(DEFINITION))) {
            return true;
        }
        throw new FileAlreadyExistsException(
                place + " is there already, and is another version than the one that was learned");
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public List<String> snapshots(String model) throws IOException {
        var versions = new ArrayList<String>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root.resolve(model))) {
            for (Path folder : folders) {
                String name = folder.getFileName().toString();
                if (!name.startsWith(".") && Files.exists(folder.resolve(MARK), LinkOption.NOFOLLOW_LINKS)) {
                    versions.add(name);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        } catch (NoSuchFileException e) {
            return versions;
        }
        return versions;
    }

    @Override
    public void remove(String model, String version) throws IOException {
        Path place = root.resolve(model).resolve(version);
        if (!Files.exists(place.resolve(MARK), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Path aside = Files.createTempDirectory(root, ASIDE);
        Files.delete(aside);
        Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        delete(aside);
    }

    private static void delete(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        Files.delete(folder);
    }
}
