package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.StoreUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbFolderTest {
    @TempDir
    Path folder;

    private RocksDbOnlineStore open() {
        return new RocksDbOnlineStore(folder, new RocksDbSettings(8 << 20, 4 << 20, 64));
    }

    private List<Path> files(String glob) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            file.getFileSystem().getPathMatcher("glob:" + glob).matches(file.getFileName()))
                    .toList();
        }
    }

    /** Applies enough for files of rows to be there after the next opening. */
    private void fill() {
        try (RocksDbOnlineStore store = open()) {
            for (int i = 0; i < 50; i++) {
                store.apply(VIEW, new Batch(List.of(event("e" + i, NOON + i, P0, i, 1.0 * i)), Map.of(P0, i + 1L)));
            }
        }
        open().close();
    }

    private void readAll() {
        try (RocksDbOnlineStore store = open()) {
            store.read(
                    VIEW,
                    Stream.iterate(0, i -> i < 50, i -> i + 1)
                            .map(i -> new Query(StoreEvents.entity("e" + i), NOON + 50))
                            .toList());
        }
    }

    @Test
    void aSecondStoreOfTheSameProcessIsRefused() {
        try (RocksDbOnlineStore first = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("in use by another process");
            assertThat(first.positions(VIEW.id())).isEmpty();
        }
        open().close();
    }

    @Test
    void aSecondProcessIsRefusedAndSaysWhy() throws Exception {
        Process holder = StoreProcess.start(folder, "hold");
        try (BufferedReader lines = holder.inputReader(StandardCharsets.UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("open");
            assertThatThrownBy(this::open)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another process");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        open().close();
    }

    @Test
    void damagedRowsAreToldFromRowsThatAreNotThere() throws IOException {
        fill();
        for (Path file : files("*.sst")) {
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i < bytes.length / 2; i++) {
                bytes[i] ^= 0x55;
            }
            Files.write(file, bytes);
        }

        assertThatThrownBy(this::readAll)
                .isInstanceOf(DamagedStoreException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aFolderWithAFileMissingIsRefused() throws IOException {
        fill();
        Files.delete(files("*.sst").getFirst());

        assertThatThrownBy(this::open)
                .isInstanceOf(DamagedStoreException.class)
                .hasMessageContaining("Move the folder away");
    }

    @Test
    void aFolderWhoseManifestIsDamagedIsRefused() throws IOException {
        fill();
        Files.write(files("MANIFEST-*").getFirst(), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});

        assertThatThrownBy(this::open).isInstanceOf(DamagedStoreException.class);
        assertThatThrownBy(this::open).isInstanceOf(DamagedStoreException.class);
    }

    @Test
    void aFileInTheFoldersPlaceIsSaidSo() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> new RocksDbOnlineStore(file, RocksDbSettings.DEFAULT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot be used");
    }

    @Test
    void aClosedStoreAnswersThatItIsClosed() {
        RocksDbOnlineStore store = open();
        store.close();
        store.close();

        assertThatThrownBy(() -> store.positions(VIEW.id()))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void settingsHaveBounds() {
        assertThatThrownBy(() -> new RocksDbSettings(1, 1 << 20, 64)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RocksDbSettings(1 << 20, 1 << 20, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
