package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.PLAIN;
import static io.millrace.features.store.StoreEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.PerfContext;
import org.rocksdb.PerfLevel;

/** The filter of a file of many rows is larger than a small cache keeps: it is read in parts, and hides no row. */
class RocksFilterTest {
    private static final int ENTITIES = 250_000;
    private static final int READS = 5_000;
    private static final long MOST_BYTES = 32_768;

    @TempDir
    Path folder;

    @Test
    void aReadOfOneOfManyRowsReadsAPartOfTheFilterAndFindsItsRow() {
        try (RocksDbOnlineStore store = StoreEvents.rocks(folder, new RocksDbSettings(1 << 20, 4 << 20, 64))) {
            var events = new ArrayList<FeatureEvent>(ENTITIES);
            for (int i = 0; i < ENTITIES; i++) {
                events.add(event("e" + i, NOON, P0, i, 1.0 * i));
            }
            store.apply(PLAIN, new Batch(events, Map.of(P0, (long) ENTITIES)));

            store.access().use(files -> {
                files.db().compactRange(files.rows());
                return true;
            });

            assertThat(bytesOfReads(store) / READS).isBetween(1L, MOST_BYTES);
            for (int i = 0; i < ENTITIES; i += 97) {
                assertThat(reading(store, "absent" + i)).isEqualTo(new FeatureReading.Missing());
            }
        }
    }

    /** Bytes of blocks that were not in the cache. */
    private static long bytesOfReads(RocksDbOnlineStore store) {
        return store.access().use(files -> {
            files.db().setPerfLevel(PerfLevel.ENABLE_COUNT);
            PerfContext counts = files.db().getPerfContext();
            counts.reset();
            for (int i = 0; i < READS; i++) {
                int entity = i * (ENTITIES / READS);
                assertThat(reading(store, "e" + entity))
                        .isEqualTo(new FeatureReading.Fresh(new FeatureValue.Real(entity), NOON));
            }
            long bytes = counts.getBlockReadByte();
            files.db().setPerfLevel(PerfLevel.DISABLE);
            return bytes;
        });
    }

    private static FeatureReading reading(RocksDbOnlineStore store, String entity) {
        RowReading row = store.read(PLAIN, List.of(new Query(StoreEvents.entity(entity), NOON)))
                .rows()
                .getFirst();
        if (row instanceof RowReading.Row(List<FeatureReading> features)) {
            return features.getFirst();
        }
        throw new AssertionError(entity + " is " + row);
    }
}
