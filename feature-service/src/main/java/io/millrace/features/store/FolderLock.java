package io.millrace.features.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Holds a folder for one store of one process; a process that dies lets go of it. */
final class FolderLock implements AutoCloseable {
    /** The file in the folder that is locked. */
    static final String FILE = "millrace.lock";

    private static final int ID_LENGTH = 36;

    private final FileChannel channel;

    private final String id;

    private FolderLock(FileChannel channel, String id) {
        this.channel = channel;
        this.id = id;
    }

    /** Stays the folder's, whatever becomes of the store in it. */
    String id() {
        return id;
    }

    /**
     * Takes the folder, which is made where it is not there.
     *
     * @throws IllegalStateException where another process, or another store of this one, has the folder, or it cannot be written
     */
    static FolderLock take(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    directory.resolve(FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            if (isTaken(channel)) {
                return new FolderLock(channel, id(channel));
            }
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("the online store's folder " + directory + " cannot be used: " + e, e);
        }
        throw new IllegalStateException("the online store's folder " + directory
                + " is in use by another process; each replica of the service needs a folder of its own");
    }

    private static String id(FileChannel channel) throws IOException {
        ByteBuffer known = ByteBuffer.allocate(ID_LENGTH);
        if (channel.read(known, 0) == ID_LENGTH) {
            return new String(known.array(), StandardCharsets.US_ASCII);
        }
        String made = UUID.randomUUID().toString();
        channel.write(ByteBuffer.wrap(made.getBytes(StandardCharsets.US_ASCII)), 0);
        return made;
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException inThisProcess) {
            return false;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(FolderLock.class.getName())
                    .log(System.Logger.Level.WARNING, "the lock file could not be closed", e);
        }
    }
}
