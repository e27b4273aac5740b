package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.NOON;
import static io.millrace.features.store.StoreEvents.P0;
import static io.millrace.features.store.StoreEvents.P1;
import static io.millrace.features.store.StoreEvents.PLAIN;
import static io.millrace.features.store.StoreEvents.VIEW;
import static io.millrace.features.store.StoreEvents.entity;
import static io.millrace.features.store.StoreEvents.event;
import static io.millrace.features.store.StoreEvents.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Observation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of {@link OnlineStoreContract} that is on what other state is derived of. */
abstract class NewestEventsContract extends StoreFixture {
    private Map<EntityKey, Observation> met(FeatureView view) {
        Map<EntityKey, Observation> met = new HashMap<>();
        NewestEvents newest = store.newest(view);
        while (newest.hasNext()) {
            newest.next().forEach(each -> met.put(each.key(), each.event()));
        }
        return met;
    }

    private static Map<EntityKey, Observation> newestOf(FeatureView view, List<FeatureEvent> events) {
        Map<EntityKey, Observation> newest = new HashMap<>();
        events.stream()
                .sorted(Comparator.comparing(EventOrder::of))
                .forEach(event -> newest.put(event.key(), ViewPlan.of(view).observe(event)));
        return newest;
    }

    @Test
    void theNewestEventOfEveryEntityIsMetWithItsPlaceInTheLog() {
        var random = new Random(7);
        var events = new ArrayList<FeatureEvent>();
        for (int i = 0; i < 1_500; i++) {
            var partition = random.nextBoolean() ? P0 : P1;
            events.add(event("e" + random.nextInt(700), NOON + random.nextLong(30 * HOUR), partition, i, 1.0 * i));
        }
        store.apply(PLAIN, new Batch(events, next(events)));
        List<FeatureEvent> ofOther = StoreEvents.random(random, 50, NOON, HOUR);
        store.apply(VIEW, new Batch(ofOther, next(ofOther)));
        store.delete(PLAIN, entity("e7"));
        events.removeIf(event -> event.key().equals(entity("e7")));

        assertThat(met(PLAIN)).isEqualTo(newestOf(PLAIN, events));
        assertThat(met(VIEW)).isEqualTo(newestOf(VIEW, ofOther));
        assertThat(store.newest(PLAIN).positions()).isEqualTo(next(events));
    }

    @Test
    void aStateThatTakesThePlaceOfAnotherHasAnotherName() {
        assertThat(store.newest(VIEW)).isSameAs(NewestEvents.NONE);
        apply(VIEW, event("a", NOON, P0, 0, 1.0));
        String first = store.newest(VIEW).state();
        assertThat(first).isNotEmpty();
        store.close();
        store = open();
        NewestEvents before = store.newest(VIEW);
        assertThat(before.state()).as("opened again").isEqualTo(first);

        store.beside().apply(VIEW, new Batch(List.of(event("b", NOON, P0, 0, 2.0)), Map.of(P0, 1L)));
        assertThat(store.promote(VIEW)).isTrue();

        assertThat(store.newest(VIEW).state()).isNotEmpty().isNotEqualTo(first);
        assertThat(met(VIEW)).containsOnlyKeys(entity("b"));
        assertThatThrownBy(before::next).isInstanceOf(StoreUnavailableException.class);
        store.withhold(VIEW.id(), "a test says so");
        assertThatThrownBy(() -> store.newest(VIEW)).isInstanceOf(StoreUnavailableException.class);
    }
}
