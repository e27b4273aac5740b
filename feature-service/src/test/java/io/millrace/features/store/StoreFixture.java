package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.DAY;
import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.MINUTE;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.entity;
import static io.millrace.features.store.StoreEvents.event;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store of a test, and how the tests of {@link OnlineStoreContract} speak of it. */
abstract class StoreFixture {
    DurableStore store;

    /** A store on the same state as before in this test; empty in a new test. */
    protected abstract DurableStore open();

    @BeforeEach
    void openEmptyStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    Applied apply(FeatureView view, FeatureEvent... events) {
        return store.apply(view, new Batch(List.of(events), next(List.of(events))));
    }

    RowReading read(FeatureView view, String entity, long asOf) {
        return store.read(view, List.of(new Query(entity(entity), asOf))).rows().getFirst();
    }

    FeatureReading reading(FeatureView view, String entity, long asOf, String feature) {
        RowReading.Row row = (RowReading.Row) read(view, entity, asOf);
        for (int i = 0; i < row.features().size(); i++) {
            if (view.features().get(i).name().equals(feature)) {
                return row.features().get(i);
            }
        }
        throw new AssertionError("no feature " + feature);
    }

    @Nullable
    Object value(String feature, String entity, long asOf) {
        FeatureReading.Fresh fresh = (FeatureReading.Fresh) reading(VIEW, entity, asOf, feature);
        return switch (fresh.value()) {
            case FeatureValue.Int(long number) -> number;
            case FeatureValue.Real(double real) -> real;
            case null, default -> null;
        };
    }

    /** Every permitted instant around the events answers what the events themselves answer. */
    void assertSameAsHistory(List<FeatureEvent> events, Random random) {
        ViewPlan plan = ViewPlan.of(VIEW);
        var history = new PointInTimeHistory(plan);
        events.forEach(history::add);
        long newest = events.stream().mapToLong(FeatureEvent::timeMicros).max().orElseThrow();
        long earliest = plan.horizon(newest).earliestMicros();
        var queries = new ArrayList<Query>();
        for (int i = 0; i < 60; i++) {
            FeatureEvent event = events.get(random.nextInt(events.size()));
            long length = List.of(0L, MINUTE, 3 * HOUR, DAY, 13 * DAY).get(random.nextInt(5));
            long asOf = random.nextInt(5) == 0
                    ? earliest + random.nextLong(DAY + HOUR)
                    : event.timeMicros() + length + random.nextInt(3) - 1;
            queries.add(new Query(event.key(), Math.max(earliest, asOf)));
        }
        List<RowReading> readings = store.read(VIEW, queries).rows();
        for (int i = 0; i < queries.size(); i++) {
            RowAnswer expected = history.at(queries.get(i).key(), queries.get(i).asOfMicros());
            assertThat(readings.get(i)).as(queries.get(i).toString()).isEqualTo(StoreEvents.reading(plan, expected));
        }
    }
}
