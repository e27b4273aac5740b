package io.millrace.features.offline;

import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.ScratchStores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Stores in folders of this machine, one each below a folder. */
final class ScratchFolders implements ScratchStores {
    private final Path root;
    private final ParquetFiles parquet;

    ScratchFolders(Path root, ParquetFiles parquet) {
        this.root = root;
        this.parquet = parquet;
    }

    @Override
    public OfflineStore open(String name) {
        remove(name);
        return new ParquetOfflineStore(new LocalFolder(root.resolve(name)), parquet, new Pins());
    }

    @Override
    public void remove(String name) {
        Path folder = root.resolve(name);
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a scratch store cannot be removed", e);
        }
    }
}
