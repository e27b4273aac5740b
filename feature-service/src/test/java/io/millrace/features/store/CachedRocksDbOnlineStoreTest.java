package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.DAY;
import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.MINUTE;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.SECOND;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.entity;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CachedRocksDbOnlineStoreTest extends OnlineStoreContract {
    /** A choice of features is told by its identity: what is read by another is read anew. */
    private static final int[] ALL = IntStream.range(0, VIEW.features().size()).toArray();

    @TempDir
    Path folder;

    @Override
    protected DurableStore open() {
        return new CachedReads(StoreEvents.rocks(folder, RocksDbSettings.DEFAULT), new Plans(), 1 << 20);
    }

    /** The instants at which events leave windows are among those that are read, one after the other as time goes on. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatIsKeptOfARowIsTrueAtEachInstantAtWhichItIsRead(long seed) {
        var random = new Random(seed);
        List<FeatureEvent> events = StoreEvents.random(random, 60, NOON, seed % 2 == 0 ? 2 * HOUR : 5 * DAY);
        store.apply(VIEW, new Batch(events, next(events)));
        var plan = ViewPlan.of(VIEW);
        var history = new PointInTimeHistory(plan);
        events.forEach(history::add);
        long newest = events.stream().mapToLong(FeatureEvent::timeMicros).max().orElseThrow();
        var instants = new TreeSet<Long>();
        for (FeatureEvent event : events) {
            for (long length : new long[] {0, MINUTE, 3 * HOUR, DAY, 7 * DAY, 13 * DAY}) {
                for (long by : new long[] {-1, 0, 1, 5 * SECOND, MINUTE, HOUR}) {
                    instants.add(event.timeMicros() + length + by);
                }
            }
        }
        for (long at : instants.tailSet(newest - HOUR)) {
            for (int i = 0; i < 4; i++) {
                String name = "e" + i;
                FeatureTable table = store.read(
                                List.of(new ViewQuery(VIEW, ALL, List.of(entity(name)), new long[] {at})))
                        .getFirst()
                        .table();
                assertThat(RowReading.of(table, 0))
                        .as("%s at %d", name, at)
                        .isEqualTo(StoreEvents.reading(plan, history.at(entity(name), at)));
            }
        }
    }
}
