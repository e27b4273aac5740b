package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class CachedRocksDbOnlineStoreTest extends OnlineStoreContract {
    @TempDir
    Path folder;

    @Override
    protected DurableStore open() {
        return new CachedReads(StoreEvents.rocks(folder, RocksDbSettings.DEFAULT), new Plans(), 1 << 20);
    }
}
