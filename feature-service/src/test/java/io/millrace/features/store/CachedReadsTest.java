package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.MINUTE;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.entity;
import static io.millrace.features.store.StoreEvents.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.HistoryStore;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureRow;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CachedReadsTest {
    private static final int[] ALL = IntStream.range(0, VIEW.features().size()).toArray();

    /** Counts how many rows are read of it, says that they are unchanged for a minute, and does something in the middle of a read. */
    private static final class Counted extends HistoryStore {
        private final AtomicReference<@Nullable Runnable> inRead = new AtomicReference<>();
        private int rowsRead;

        @Override
        public List<ViewRows> read(List<ViewQuery> queries) {
            List<ViewRows> read = super.read(queries);
            for (int i = 0; i < queries.size(); i++) {
                FeatureTable table = read.get(i).table();
                rowsRead += table.rows();
                for (int row = 0; row < table.rows(); row++) {
                    CachedReads.noteSpan(
                            ViewPlan.of(VIEW),
                            table,
                            row,
                            queries.get(i).asOfMicros()[row],
                            queries.get(i).asOfMicros()[row] + MINUTE);
                }
            }
            Runnable then = inRead.getAndSet(null);
            if (then != null) {
                then.run();
            }
            return read;
        }
    }

    private final Counted store = new Counted();
    private final CachedReads cached = new CachedReads(store, new Plans(), 1 << 20);

    private ViewRows read(long asOf, String... entities) {
        var keys = new ArrayList<@Nullable EntityKey>();
        for (String name : entities) {
            keys.add(entity(name));
        }
        long[] instants = new long[entities.length];
        Arrays.fill(instants, asOf);
        return cached.read(List.of(new ViewQuery(VIEW, ALL, keys, instants))).getFirst();
    }

    private void apply(String entity, long at, long offset) {
        cached.apply(VIEW, new Batch(List.of(event(entity, at, P0, offset, 1.0)), Map.of(P0, offset + 1)));
    }

    @Test
    void aRowIsReadOnceAsLongAsItIsUnchangedAndNothingIsAppliedToIt() {
        apply("a", NOON, 0);
        apply("b", NOON, 1);

        read(NOON + 1, "a", "b");
        read(NOON + 2, "b", "a");
        assertThat(store.rowsRead).isEqualTo(2);

        read(NOON + MINUTE + HOUR, "a");
        assertThat(store.rowsRead).isEqualTo(3);

        apply("a", NOON + 2 * HOUR, 2);
        ViewRows after = read(NOON + 2 * HOUR, "a", "a");
        assertThat(after.table().eventTimeMicros(0)).isEqualTo(NOON + 2 * HOUR);
        assertThat(after.positions()).isEqualTo(Map.of(P0, 3L));
        assertThat(store.rowsRead).isEqualTo(5);
    }

    @Test
    void aMissingRowIsKnownToBeMissingUntilItIsThere() {
        read(NOON, "a");
        read(NOON + HOUR, "a");
        assertThat(store.rowsRead).isEqualTo(1);

        apply("a", NOON, 0);
        assertThat(read(NOON + HOUR, "a").table().state(0)).isEqualTo(FeatureTable.State.FRESH);
    }

    @Test
    void anInstantBeforeTheNewestEventIsAskedOfTheStore() {
        apply("a", NOON, 0);
        read(NOON, "a");

        assertThat(read(NOON - 1, "a").table().state(0)).isEqualTo(FeatureTable.State.MISSING);
    }

    @Test
    void whatIsAppliedWhileARowIsReadIsNotMixedWithWhatWasKept() {
        apply("a", NOON, 0);
        apply("b", NOON, 1);
        read(NOON + 1, "a");
        store.inRead.set(() -> {
            apply("a", NOON + 1, 2);
            apply("b", NOON + 1, 3);
        });

        ViewRows both = read(NOON + 1, "a", "b");

        assertThat(both.positions()).isEqualTo(Map.of(P0, 4L));
        assertThat(both.table().eventTimeMicros(0)).isEqualTo(NOON + 1);
        assertThat(both.table().eventTimeMicros(1)).isEqualTo(NOON + 1);
    }

    @Test
    void whatWasReadBeforeAChangeIsNotKeptBehindIt() {
        store.inRead.set(() -> apply("a", NOON, 0));

        assertThat(read(NOON, "a").table().state(0)).isEqualTo(FeatureTable.State.FRESH);
        assertThat(read(NOON, "a").table().state(0)).isEqualTo(FeatureTable.State.FRESH);
    }

    @Test
    void aViewThatWasDroppedHasNoRows() {
        apply("a", NOON, 0);
        read(NOON, "a");
        cached.drop(VIEW.id());

        assertThat(read(NOON, "a").table().state(0)).isEqualTo(FeatureTable.State.MISSING);
        assertThat(read(NOON, "a").positions()).isEmpty();
    }

    @Test
    void anotherChoiceOfFeaturesIsAnotherRow() {
        apply("a", NOON, 0);
        read(NOON, "a");

        ViewRows one = cached.read(List.of(new ViewQuery(VIEW, new int[] {0}, List.of(entity("a")), new long[] {NOON})))
                .getFirst();

        assertThat(one.table().width()).isEqualTo(1);
        assertThat(store.rowsRead).isEqualTo(2);
    }

    @Test
    void memoryStaysWithinItsBound() {
        var rows = new CachedRows(100_000);
        var shelf = new Object();
        apply("a", NOON, 0);
        FeatureTable table = read(NOON, "a").table();
        CachedReads.noteSpan(ViewPlan.of(VIEW), table, 0, NOON, NOON + MINUTE);
        FeatureRow row = Objects.requireNonNull(table.copy(0, null));
        for (int i = 0; i < 10_000; i++) {
            rows.put(new CachedRows.Key(shelf, EntityRow.of(entity("e" + i))), ALL, row);
        }

        long left = IntStream.range(0, 10_000)
                .filter(i -> rows.find(new CachedRows.Key(shelf, EntityRow.of(entity("e" + i))), ALL) != null)
                .count();
        assertThat(left).isBetween(20L, 1_000L);
    }

    @Test
    void readersBesideAWriterSeeEachStateWhole() throws InterruptedException {
        var wrong = new AtomicReference<@Nullable String>();
        var done = new AtomicBoolean();
        var begun = new CountDownLatch(2);
        cached.apply(
                VIEW, new Batch(List.of(event("a", NOON, P0, 0, 1.0), event("b", NOON, P0, 1, 1.0)), Map.of(P0, 2L)));
        Runnable reader = () -> {
            begun.countDown();
            while (!done.get()) {
                ViewRows read = read(NOON + 1_000_000, "a", "b");
                long applied = read.positions().getOrDefault(P0, 0L);
                long a = read.table().eventTimeMicros(0) - NOON;
                long b = read.table().eventTimeMicros(1) - NOON;
                if (a != b || applied != 2 * (a + 1)) {
                    wrong.set("a " + a + ", b " + b + " at " + applied);
                }
            }
        };
        var readers = List.of(Thread.startVirtualThread(reader), Thread.startVirtualThread(reader));
        begun.await();
        for (int i = 1; i < 400; i++) {
            cached.apply(
                    VIEW,
                    new Batch(
                            List.of(event("a", NOON + i, P0, 2L * i, 1.0), event("b", NOON + i, P0, 2L * i + 1, 1.0)),
                            Map.of(P0, 2L * i + 2)));
        }
        done.set(true);
        for (Thread thread : readers) {
            thread.join();
        }

        assertThat(wrong.get()).isNull();
    }
}
