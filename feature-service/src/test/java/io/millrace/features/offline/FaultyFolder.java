package io.millrace.features.offline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A folder whose changes fail now and then: before they were made, or after, so that nobody hears of it. */
final class FaultyFolder implements OfflineFolder {
    private final OfflineFolder folder;
    private final BooleanSupplier fails;

    FaultyFolder(OfflineFolder folder, BooleanSupplier fails) {
        this.folder = folder;
        this.fails = fails;
    }

    private void mayFail() throws IOException {
        if (fails.getAsBoolean()) {
            throw new IOException("no space left on this device, or so");
        }
    }

    @Override
    public Optional<Content> read(String name) throws IOException {
        return folder.read(name);
    }

    @Override
    public boolean replace(String name, byte[] bytes, @Nullable String tag) throws IOException {
        mayFail();
        boolean replaced = folder.replace(name, bytes, tag);
        mayFail();
        return replaced;
    }

    @Override
    public void put(String name, Path file) throws IOException {
        mayFail();
        folder.put(name, file);
        mayFail();
    }

    @Override
    public Path fetch(String name, long bytes, String sha256) throws IOException {
        return folder.fetch(name, bytes, sha256);
    }

    @Override
    public void release(String name) {
        folder.release(name);
    }

    @Override
    public List<Entry> list(String prefix) throws IOException {
        return folder.list(prefix);
    }

    @Override
    public void delete(List<String> names) throws IOException {
        mayFail();
        folder.delete(names);
    }

    @Override
    public void close() {
        folder.close();
    }
}
