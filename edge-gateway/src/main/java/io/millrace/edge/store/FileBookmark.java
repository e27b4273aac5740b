package io.millrace.edge.store;

import io.millrace.edge.app.Bookmark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A bookmark as a file with a number, replaced in one step. */
public final class FileBookmark implements Bookmark {
    private final Path file;

    public FileBookmark(Path file) {
        this.file = file;
    }

    @Override
    public long load() throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        String text = Files.readString(file).strip();
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException(file + " does not hold a number: '" + text + "'", e);
        }
    }

    @Override
    public void save(long position) throws IOException {
        Disk.replace(file, Long.toString(position));
    }
}
