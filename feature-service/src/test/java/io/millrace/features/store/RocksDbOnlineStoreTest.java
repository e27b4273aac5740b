package io.millrace.features.store;

import io.millrace.features.app.OnlineStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class RocksDbOnlineStoreTest extends OnlineStoreContract {
    @TempDir
    Path folder;

    @Override
    protected OnlineStore open() {
        return new RocksDbOnlineStore(folder, RocksDbSettings.DEFAULT);
    }
}
