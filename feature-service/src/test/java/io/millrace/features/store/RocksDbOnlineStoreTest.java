package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksDbOnlineStoreTest extends OnlineStoreContract {
    @TempDir
    Path folder;

    @Override
    protected DurableStore open() {
        return StoreEvents.rocks(folder, RocksDbSettings.DEFAULT);
    }
}
