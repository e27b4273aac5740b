package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.StoreUnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksDbFolderTest {
    @TempDir
    Path folder;

    private RocksDbOnlineStore open() {
        return StoreEvents.rocks(folder, new RocksDbSettings(8 << 20, 4 << 20, 64));
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
    void aFileInTheFoldersPlaceIsSaidSo() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> StoreEvents.rocks(file, RocksDbSettings.DEFAULT))
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
