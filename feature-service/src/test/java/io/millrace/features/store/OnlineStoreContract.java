package io.millrace.features.store;

import static io.millrace.features.store.StoreEvents.DAY;
import static io.millrace.features.store.StoreEvents.HOUR;
import static io.millrace.features.store.StoreEvents.MINUTE;
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

import io.millrace.features.app.DurableStore.Swept;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.app.OnlineStore.Batch;
import io.millrace.features.app.OnlineStore.FeatureReading;
import io.millrace.features.app.OnlineStore.Query;
import io.millrace.features.app.OnlineStore.RowReading;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every online store must do. One line per backend extends it. */
abstract class OnlineStoreContract extends NewestEventsContract {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsReadIsWhatTheEventsSayWhateverTheirOrderAndBatches(long seed) {
        var random = new Random(seed);
        List<FeatureEvent> events = StoreEvents.random(random, 120, NOON, seed % 2 == 0 ? 2 * HOUR : 5 * DAY);
        int at = 0;
        while (at < events.size()) {
            int from = Math.max(0, at - random.nextInt(10));
            int to = Math.min(events.size(), at + 1 + random.nextInt(40));
            List<FeatureEvent> batch = events.subList(from, to);
            Applied applied = store.apply(VIEW, new Batch(batch, next(batch)));
            assertThat(applied.seen()).isEqualTo(at - from);
            assertThat(applied.applied() + applied.tooLate()).isEqualTo(to - at);
            at = to;
        }

        assertSameAsHistory(events, random);
        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsReadIsWhatTheEventsSayWhereManyOfABatchFallIntoOneTile(long seed) {
        var random = new Random(seed);
        List<FeatureEvent> events = StoreEvents.dense(random, 400);
        for (int at = 0, to; at < events.size(); at = to) {
            to = Math.min(events.size(), at + 1 + random.nextInt(200));
            List<FeatureEvent> batch = events.subList(at, to);
            store.apply(VIEW, new Batch(batch, next(batch)));
        }

        assertSameAsHistory(events, random);
    }

    @Test
    void aBatchThatIsAppliedTwiceCountsOnce() {
        FeatureEvent one = event("a", NOON, P0, 0, 1.5);
        FeatureEvent two = event("a", NOON + 1, P0, 1, 2.5);

        assertThat(apply(VIEW, one, two)).isEqualTo(new Applied(2, 0, 0));
        assertThat(apply(VIEW, one, two)).isEqualTo(new Applied(0, 2, 0));
        assertThat(apply(VIEW, two, event("a", NOON + 2, P0, 2, 3.0))).isEqualTo(new Applied(1, 1, 0));
        assertThat(value("n_3h", "a", NOON + HOUR)).isEqualTo(3L);
        assertThat(value("sum_3h", "a", NOON + HOUR)).isEqualTo(7.0);
    }

    @Test
    void positionsMoveWithTheRowsAndNeverBack() {
        assertThat(store.positions(VIEW.id())).isEmpty();
        store.apply(VIEW, new Batch(List.of(event("a", NOON, P0, 3, 1.0)), Map.of(P0, 7L, P1, 2L)));

        assertThat(store.positions(VIEW.id())).isEqualTo(Map.of(P0, 7L, P1, 2L));
        store.apply(VIEW, new Batch(List.of(), Map.of(P0, 4L, P1, 9L)));
        assertThat(store.positions(VIEW.id())).isEqualTo(Map.of(P0, 7L, P1, 9L));
        assertThat(store.read(VIEW, List.of()).positions()).isEqualTo(Map.of(P0, 7L, P1, 9L));
        assertThat(apply(VIEW, event("a", NOON, P0, 6, 1.0))).isEqualTo(new Applied(0, 1, 0));
    }

    @Test
    void aTopicThatWasMadeAgainIsAnotherTopic() {
        apply(VIEW, event("a", NOON, P0, 5, 1.0));
        var again = new SourcePartition("t", "other-id", 0);

        assertThat(apply(VIEW, event("a", NOON, again, 0, 1.0))).isEqualTo(new Applied(1, 0, 0));
        assertThat(value("n_1m", "a", NOON)).isEqualTo(2L);
    }

    @Test
    void anInstantSeesNothingThatIsLater() {
        apply(
                VIEW,
                event("a", NOON, P0, 0, 1.0),
                event("a", NOON + 1, P0, 1, 2.0),
                event("a", NOON + HOUR, P0, 2, 4.0));

        assertThat(read(VIEW, "a", NOON - 1))
                .isEqualTo(StoreEvents.reading(ViewPlan.of(VIEW), new RowAnswer.Missing()));
        assertThat(value("sum_3h", "a", NOON)).isEqualTo(1.0);
        assertThat(value("sum_3h", "a", NOON + 1)).isEqualTo(3.0);
        assertThat(value("latest", "a", NOON + HOUR - 1)).isEqualTo(2.0);
        assertThat(value("sum_3h", "a", NOON + HOUR)).isEqualTo(7.0);
    }

    @Test
    void windowsRunEmptyWithoutEvents() {
        apply(VIEW, event("a", NOON, P0, 0, 1.0));

        assertThat(value("n_1m", "a", NOON + MINUTE - 1)).isEqualTo(1L);
        assertThat(value("n_1m", "a", NOON + MINUTE)).isEqualTo(0L);
        assertThat(value("n_3h", "a", NOON + 3 * HOUR)).isEqualTo(0L);
        assertThat(value("mean_1d", "a", NOON + 2 * DAY)).isNull();
        assertThat(value("latest", "a", NOON + 2 * DAY)).isEqualTo(1.0);
    }

    @Test
    void anInstantBeforeTheRetentionIsRefusedAndTheEarliestIsAnswered() {
        apply(VIEW, event("a", NOON - 2 * DAY, P0, 0, 1.0), event("b", NOON, P0, 1, 2.0));

        assertThat(read(VIEW, "a", NOON - DAY - 1)).isEqualTo(new RowReading.BeforeRetention(NOON - DAY));
        assertThat(value("latest", "a", NOON - DAY)).isEqualTo(1.0);
        assertThat(value("max_13d", "a", NOON - DAY)).isEqualTo(1.0);
    }

    @Test
    void anOlderEventNeverReplacesTheLatestValueAndEqualTimesGoByPosition() {
        apply(VIEW, event("a", NOON, P0, 0, 1.0));
        apply(VIEW, event("a", NOON - 1, P0, 1, 2.0));
        assertThat(value("latest", "a", NOON)).isEqualTo(1.0);
        apply(VIEW, event("a", NOON, P0, 2, 3.0));
        assertThat(value("latest", "a", NOON)).isEqualTo(3.0);
        apply(VIEW, event("a", NOON, P1, 0, null));
        assertThat(value("latest", "a", NOON)).isNull();
    }

    @Test
    void aValueAgedExactlyItsTimeToLiveIsFresh() {
        apply(PLAIN, event("a", NOON, P0, 0, 1.0));

        assertThat(reading(PLAIN, "a", NOON + 7 * DAY, "latest"))
                .isEqualTo(new FeatureReading.Fresh(new FeatureValue.Real(1.0), NOON));
        assertThat(reading(PLAIN, "a", NOON + 7 * DAY + 1, "latest"))
                .isEqualTo(new FeatureReading.Expired(new FeatureValue.Real(1.0), NOON));
    }

    @Test
    void anOldLatestValueStaysReadableHoweverLongAgoItWas() {
        apply(PLAIN, event("a", NOON - 300 * DAY, P0, 0, 1.0), event("a", NOON - 200 * DAY, P0, 1, 2.0));
        apply(PLAIN, event("b", NOON, P0, 2, 5.0));

        assertThat(apply(PLAIN, event("a", NOON - 250 * DAY, P0, 3, 3.0))).isEqualTo(new Applied(0, 0, 1));
        assertThat(apply(PLAIN, event("c", NOON - 250 * DAY, P0, 4, 4.0))).isEqualTo(new Applied(1, 0, 0));
        assertThat(reading(PLAIN, "a", NOON, "latest"))
                .isEqualTo(new FeatureReading.Expired(new FeatureValue.Real(2.0), NOON - 200 * DAY));
        assertThat(reading(PLAIN, "c", NOON, "latest"))
                .isEqualTo(new FeatureReading.Expired(new FeatureValue.Real(4.0), NOON - 250 * DAY));
    }

    @Test
    void queriesAreAnsweredInTheirOrderAndUnknownEntitiesAreMissing() {
        apply(PLAIN, event("b", NOON, P0, 0, 2.0), event("a", NOON, P0, 1, 1.0));

        List<RowReading> rows = store.read(
                        PLAIN,
                        List.of(
                                new Query(entity("b"), NOON),
                                new Query(entity("x"), NOON),
                                new Query(entity("a"), NOON),
                                new Query(entity("b"), NOON)))
                .rows();

        FeatureReading a = new FeatureReading.Fresh(new FeatureValue.Real(1.0), NOON);
        FeatureReading b = new FeatureReading.Fresh(new FeatureValue.Real(2.0), NOON);
        assertThat(rows)
                .containsExactly(
                        new RowReading.Row(List.of(b)),
                        new RowReading.Row(List.of(new FeatureReading.Missing())),
                        new RowReading.Row(List.of(a)),
                        new RowReading.Row(List.of(b)));
    }

    @Test
    void viewsDoNotSeeEachOther() {
        apply(PLAIN, event("a", NOON, P0, 5, 1.0));
        assertThat(store.positions(VIEW.id())).isEmpty();
        assertThat(reading(VIEW, "a", NOON, "latest")).isEqualTo(new FeatureReading.Missing());
        apply(VIEW, event("a", NOON, P0, 0, 2.0));

        assertThat(reading(PLAIN, "a", NOON, "latest"))
                .isEqualTo(new FeatureReading.Fresh(new FeatureValue.Real(1.0), NOON));
        assertThat(value("latest", "a", NOON)).isEqualTo(2.0);
    }

    @Test
    void aDeletedEntityIsGoneWhileOthersAndThePositionsStayAndWhatComesLaterCounts() {
        apply(VIEW, event("a", NOON, P0, 5, 1.0), event("ab", NOON, P0, 6, 2.0), event("a", NOON - HOUR, P0, 7, 4.0));

        store.delete(VIEW, StoreEvents.entity("a"));
        store.delete(VIEW, StoreEvents.entity("never"));

        assertThat(reading(VIEW, "a", NOON, "latest")).isEqualTo(new FeatureReading.Missing());
        assertThat(value("latest", "ab", NOON)).isEqualTo(2.0);
        assertThat(store.positions(VIEW.id())).isEqualTo(Map.of(P0, 8L));
        apply(VIEW, event("a", NOON, P0, 8, 3.0));
        assertThat(value("n_3h", "a", NOON)).isEqualTo(1L);
        assertThat(value("latest", "a", NOON)).isEqualTo(3.0);
    }

    @Test
    void ofEventsOfOneInstantTheOneCreatedLaterIsNewestAndAllAreSeen() {
        FeatureEvent made = event("a", NOON, P0, 5, 1.0).created(NOON + 9);
        FeatureEvent earlier = event("a", NOON, P0, 6, 2.0).created(NOON + 1);

        apply(VIEW, made);
        apply(VIEW, earlier);

        assertThat(value("latest", "a", NOON)).isEqualTo(1.0);
        assertThat(value("n_3h", "a", NOON)).isEqualTo(2L);
    }

    @Test
    void anEventThatSaysWhenItWasMadeCountsFromItsVeryInstantOn() {
        apply(VIEW, event("a", NOON, P0, 5, 1.0).created(NOON + DAY));

        assertThat(value("latest", "a", NOON)).isEqualTo(1.0);
        assertThat(value("n_1m", "a", NOON)).isEqualTo(1L);
        assertThat(reading(VIEW, "a", NOON - 1, "latest")).isEqualTo(new FeatureReading.Missing());
    }

    @Test
    void aDroppedViewIsEmptyAndCanBeBuiltAgain() {
        apply(VIEW, event("a", NOON, P0, 5, 1.0));
        apply(PLAIN, event("a", NOON, P0, 5, 1.0));

        store.drop(VIEW.id());
        store.drop(VIEW.id());

        assertThat(store.positions(VIEW.id())).isEmpty();
        assertThat(reading(VIEW, "a", NOON, "latest")).isEqualTo(new FeatureReading.Missing());
        assertThat(store.positions(PLAIN.id())).isEqualTo(Map.of(P0, 6L));
        assertThat(apply(VIEW, event("a", NOON, P0, 5, 3.0))).isEqualTo(new Applied(1, 0, 0));
        assertThat(value("n_3h", "a", NOON)).isEqualTo(1L);
        assertThat(value("latest", "a", NOON)).isEqualTo(3.0);
    }

    @Test
    void stateIsThereAfterTheStoreWasClosedAndOpenedAgain() {
        var random = new Random(7);
        List<FeatureEvent> events = StoreEvents.random(random, 60, NOON, HOUR);
        store.apply(VIEW, new Batch(events.subList(0, 30), next(events.subList(0, 30))));
        store.close();
        store = open();
        assertThat(store.positions(VIEW.id())).isEqualTo(next(events.subList(0, 30)));
        store.apply(VIEW, new Batch(events, next(events)));
        store.close();
        store = open();

        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
        assertSameAsHistory(events, random);
    }

    @Test
    void partitionsThatAreAppliedAtTheSameTimeLoseNothing() throws Exception {
        var random = new Random(11);
        List<FeatureEvent> events = StoreEvents.random(random, 200, NOON, HOUR);
        try (var threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> running = new ArrayList<>();
            for (SourcePartition partition : List.of(P0, P1)) {
                List<FeatureEvent> mine = events.stream()
                        .filter(event -> event.position().source().equals(partition))
                        .toList();
                running.add(threads.submit(() -> {
                    for (int at = 0; at < mine.size(); at += 7) {
                        List<FeatureEvent> batch = mine.subList(at, Math.min(mine.size(), at + 7));
                        store.apply(VIEW, new Batch(batch, next(batch)));
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }

        assertThat(store.positions(VIEW.id())).isEqualTo(next(events));
        assertSameAsHistory(events, random);
    }

    @Test
    void whatIsBuiltBesideIsNotSeenUntilItIsServedAndThenAlone() {
        apply(VIEW, event("a", NOON, P0, 0, 1.0), event("b", NOON, P0, 1, 2.0));
        OnlineStore beside = store.beside();
        FeatureEvent again = event("a", NOON, P0, 0, 5.0);
        assertThat(beside.positions(VIEW.id())).isEmpty();
        beside.apply(VIEW, new Batch(List.of(again), Map.of(P0, 1L)));

        assertThat(value("sum_3h", "a", NOON)).isEqualTo(1.0);
        assertThat(store.promote(VIEW)).as("behind the served one").isFalse();
        beside.apply(VIEW, new Batch(List.of(event("c", NOON, P0, 1, 3.0)), Map.of(P0, 2L)));
        assertThat(store.promote(VIEW)).isTrue();

        assertThat(value("sum_3h", "a", NOON)).isEqualTo(5.0);
        assertThat(value("sum_3h", "c", NOON)).isEqualTo(3.0);
        assertThat(reading(VIEW, "b", NOON, "latest")).isEqualTo(new FeatureReading.Missing());
        assertThat(beside.positions(VIEW.id())).isEmpty();
        assertThat(store.promote(VIEW)).as("nothing is beside").isFalse();
        assertThat(apply(VIEW, event("a", NOON + 1, P0, 2, 1.0))).isEqualTo(new Applied(1, 0, 0));
        assertThat(value("sum_3h", "a", NOON + 1)).isEqualTo(6.0);
    }

    @Test
    void aWithheldViewIsRefusedUntilItWasBuiltAgainAndOthersAreNot() {
        apply(VIEW, event("a", NOON, P0, 0, 1.0));
        apply(PLAIN, event("a", NOON, P0, 0, 1.0));

        store.withhold(VIEW.id(), "a test says so");

        assertThat(store.withheld(VIEW.id())).contains("a test says so");
        assertThat(store.withheld(PLAIN.id())).isEmpty();
        assertThatThrownBy(() -> read(VIEW, "a", NOON))
                .isInstanceOf(StoreUnavailableException.class)
                .hasMessageContaining("a test says so");
        assertThatThrownBy(() -> apply(VIEW, event("a", NOON, P0, 1, 1.0)))
                .isInstanceOf(StoreUnavailableException.class);
        assertThat(reading(PLAIN, "a", NOON, "latest")).isInstanceOf(FeatureReading.Fresh.class);
        store.close();
        store = open();
        store.adopt(List.of(VIEW, PLAIN));
        assertThatThrownBy(() -> read(VIEW, "a", NOON)).isInstanceOf(StoreUnavailableException.class);
        store.beside().apply(VIEW, new Batch(List.of(event("a", NOON, P0, 0, 4.0)), Map.of(P0, 1L)));
        assertThat(store.promote(VIEW)).isTrue();

        assertThat(store.withheld(VIEW.id())).isEmpty();
        assertThat(value("sum_3h", "a", NOON)).isEqualTo(4.0);
    }

    @Test
    void stateOfAnotherDefinitionUnderTheSameNameIsNotServedAndGoes() {
        FeatureView other = StoreEvents.view("delays", "features: [{name: latest, type: double, field: y}]\n");
        apply(other, event("a", NOON, P0, 8, 1.0));
        store.close();
        store = open();

        assertThat(reading(VIEW, "a", NOON, "latest")).isEqualTo(new FeatureReading.Missing());
        store.adopt(List.of(VIEW));
        assertThat(store.positions(VIEW.id())).isEmpty();
        assertThat(apply(VIEW, event("a", NOON, P0, 0, 2.0))).isEqualTo(new Applied(1, 0, 0));
        assertThat(value("latest", "a", NOON)).isEqualTo(2.0);
    }

    @Test
    void aSweepDeletesWhatNoReadCanSeeAndChangesNoAnswer() {
        var random = new Random(17);
        List<FeatureEvent> events = new ArrayList<>(StoreEvents.random(random, 200, NOON - 40 * DAY, 3 * DAY));
        apply(VIEW, events.toArray(FeatureEvent[]::new));
        FeatureEvent late = event("z", NOON, P0, 1_000, 1.0);
        events.add(late);
        apply(VIEW, late);

        Swept first = store.sweep(VIEW, () -> true);

        assertThat(first.deleted()).isPositive();
        assertSameAsHistory(events, random);
        assertThat(store.sweep(VIEW, () -> true).deleted()).isZero();
        assertThat(store.sweep(VIEW, () -> false)).isEqualTo(new Swept(0, 0));
        assertSameAsHistory(events, random);
    }
}
