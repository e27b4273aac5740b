package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** Online stores for the tests of other rooms. */
public final class TestOnlineStore {
    private TestOnlineStore() {}

    /** RocksDB in a folder. */
    public static DurableStore rocksDb(Path folder) {
        return new RocksDbOnlineStore(
                folder, new RocksDbSettings(8 << 20, 8 << 20, 64), Duration.ofHours(2), InstantSource.system());
    }
}
