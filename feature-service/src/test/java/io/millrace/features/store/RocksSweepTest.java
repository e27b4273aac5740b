package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.DAY;
import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.DurableStore.Swept;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.CompactRangeOptions;
import org.rocksdb.CompactRangeOptions.BottommostLevelCompaction;

/** Rows that nobody can see any more make room, while reads go on. */
class RocksSweepTest {
    private static final int ENTITIES = 1_000;
    private static final int EACH = 8;

    @TempDir
    Path folder;

    /** Of files that hold nothing but what is there: also those are written anew that were compacted while a reader still saw what is gone. */
    private static long bytes(RocksDbOnlineStore store) {
        return store.access().use(files -> {
            try (var all = new CompactRangeOptions().setBottommostLevelCompaction(BottommostLevelCompaction.kForce)) {
                files.db().compactRange(files.rows(), null, null, all);
            }
            return files.fileBytes();
        });
    }

    /** Events of entities that then fall silent, and much later one of another. */
    private static void fill(RocksDbOnlineStore store) {
        long offset = 0;
        for (int round = 0; round < EACH; round++) {
            var events = new ArrayList<FeatureEvent>(ENTITIES);
            for (int entity = 0; entity < ENTITIES; entity++) {
                events.add(event("e" + entity, NOON - 40 * DAY + round * HOUR + entity, P0, offset++, 1.0 * entity));
            }
            store.apply(VIEW, new Batch(events, Map.of(P0, offset)));
        }
        store.apply(VIEW, new Batch(List.of(event("z", NOON, P0, offset, 1.0)), Map.of(P0, offset + 1)));
    }

    @Test
    void silentEntitiesKeepTheirNewestEventAndNothingElse() throws Exception {
        try (RocksDbOnlineStore store = StoreEvents.rocks(folder, new RocksDbSettings(8 << 20, 4 << 20, 64))) {
            fill(store);
            long before = bytes(store);
            var over = new AtomicBoolean();
            var wrong = new AtomicInteger();
            Thread reader = Thread.ofVirtual().start(() -> {
                for (int i = 0; !over.get(); i = (i + 1) % ENTITIES) {
                    wrong.addAndGet(isRight(store, i) ? 0 : 1);
                }
            });

            Swept swept = store.sweep(VIEW, () -> true);
            over.set(true);
            reader.join();

            long after = bytes(store);
            System.out.println("sweep: " + swept + ", bytes of files " + before + " before, " + after + " after");
            assertThat(wrong).hasValue(0);
            assertThat(swept.deleted()).isGreaterThan(ENTITIES * (EACH - 1));
            assertThat(after).isLessThan(before / 3);
            assertThat(isRight(store, 7)).isTrue();
        }
    }

    private static boolean isRight(RocksDbOnlineStore store, int entity) {
        RowReading row = store.read(VIEW, List.of(new Query(StoreEvents.entity("e" + entity), NOON)))
                .rows()
                .getFirst();
        return row instanceof RowReading.Row(List<FeatureReading> features)
                && features.getFirst() instanceof FeatureReading.Expired(var value, long _)
                && value instanceof io.millrace.features.kernel.FeatureValue.Real(double real)
                && real == entity;
    }
}
