package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The embedded store with room for so few tiles that most are forgotten and read again. */
class RocksDbLittleMemoryStoreTest extends OnlineStoreContract {
    private static final long FOUR_TILES = 1_000;

    @TempDir
    Path folder;

    @Override
    protected DurableStore open() {
        return StoreEvents.rocks(folder, new RocksDbSettings(8 << 20, 8 << 20, 64, FOUR_TILES));
    }
}
