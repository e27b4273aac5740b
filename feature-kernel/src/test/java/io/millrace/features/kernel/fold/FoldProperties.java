package io.millrace.features.kernel.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FoldProperties {
    private final ViewPlan plan = ViewPlan.of(ManyWindows.VIEW);

    private PointInTimeHistory history(List<FeatureEvent> events) {
        var history = new PointInTimeHistory(plan);
        events.forEach(history::add);
        return history;
    }

    private TiledRow tiled(List<FeatureEvent> events) {
        var row = new TiledRow(plan);
        events.forEach(row::apply);
        return row;
    }

    /** Around every event: itself, a microsecond aside, and where it enters or leaves each window. */
    private static List<Long> instantsAround(List<FeatureEvent> events) {
        var instants = new ArrayList<Long>();
        for (FeatureEvent event : events) {
            for (long off = -1; off <= 1; off++) {
                instants.add(event.timeMicros() + off);
                for (Feature feature : ManyWindows.VIEW.features()) {
                    if (feature.computation() instanceof Computation.Aggregated aggregated
                            && !aggregated.isUnbounded()) {
                        instants.add(event.timeMicros() + Window.micros(aggregated.window()) + off);
                        instants.add(event.timeMicros()
                                + Window.micros(aggregated.window().plus(aggregated.hop()))
                                + off);
                    }
                }
            }
        }
        return instants;
    }

    @Test
    void tilesAnswerWhatTheEventsAnswerToTheBit() {
        qt().withExamples(400)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    TiledRow tiled = tiled(events);
                    PointInTimeHistory history = history(events);
                    assertThat(tiled.read(asOf)).isEqualTo(history.at(ManyWindows.KEY, asOf));
                    List<Long> instants = instantsAround(events);
                    Collections.shuffle(instants, new Random(events.size()));
                    for (long instant : instants.subList(0, Math.min(30, instants.size()))) {
                        assertThat(tiled.read(instant)).isEqualTo(history.at(ManyWindows.KEY, instant));
                    }
                });
    }

    @Test
    void aChoiceOfFeaturesHasTheValuesThatTheyHaveAmongAllOfThem() {
        int width = ManyWindows.VIEW.features().size();
        qt().withExamples(300)
                .forAll(ManyWindows.events(), ManyWindows.instants(), longs().all())
                .checkAssert((events, asOf, seed) -> {
                    int[] chosen = new Random(seed)
                            .ints(0, width)
                            .distinct()
                            .limit(1 + Math.floorMod(seed, 4))
                            .toArray();
                    var table = new FeatureTable(1, chosen.length);
                    tiled(events).read(asOf, chosen, table);
                    if (history(events).at(ManyWindows.KEY, asOf)
                            instanceof RowAnswer.Row(var values, long at, boolean expired)) {
                        assertThat(table.eventTimeMicros(0)).isEqualTo(at);
                        assertThat(table.state(0) == FeatureTable.State.EXPIRED).isEqualTo(expired);
                        for (int column = 0; column < chosen.length; column++) {
                            assertThat(table.value(0, column)).isEqualTo(values.get(chosen[column]));
                        }
                    } else {
                        assertThat(table.state(0)).isEqualTo(FeatureTable.State.MISSING);
                    }
                });
    }

    @Test
    void whatIsForgottenBehindTheHorizonIsMissedByNoReadThatIsAllowed() {
        long retention = Window.micros(ManyWindows.VIEW.retention());
        qt().withExamples(300)
                .forAll(ManyWindows.events(), longs().between(0, retention))
                .checkAssert((events, back) -> {
                    if (events.isEmpty()) {
                        return;
                    }
                    long newest = events.stream()
                            .mapToLong(FeatureEvent::timeMicros)
                            .max()
                            .getAsLong();
                    TiledRow forgetful = tiled(events);
                    forgetful.forget(plan.horizon(newest));

                    for (long asOf : new long[] {newest - back, newest - retention, newest, newest + back}) {
                        assertThat(forgetful.read(asOf)).isEqualTo(tiled(events).read(asOf));
                    }
                });
    }

    @Test
    void theOrderOfArrivalLeavesNoTraceInAnyTile() {
        qt().withExamples(300).forAll(ManyWindows.events(), longs().all()).checkAssert((events, seed) -> {
            var shuffled = new ArrayList<>(events);
            Collections.shuffle(shuffled, new Random(seed));
            List<Map<Long, byte[]>> one = tiled(events).tiles();
            List<Map<Long, byte[]>> other = tiled(shuffled).tiles();
            for (int level = 0; level < one.size(); level++) {
                assertThat(other.get(level).keySet()).isEqualTo(one.get(level).keySet());
                for (long number : one.get(level).keySet()) {
                    assertThat(other.get(level).get(number))
                            .isEqualTo(one.get(level).get(number));
                }
            }
        });
    }

    @Test
    void tilesMergeInAnyGroupingToTheSameBytes() {
        qt().withExamples(300)
                .forAll(
                        ManyWindows.events(),
                        integers().between(0, 40),
                        integers().between(0, 40))
                .checkAssert((events, a, b) -> {
                    int first = Math.min(Math.min(a, b), events.size());
                    int second = Math.min(Math.max(a, b), events.size());
                    List<List<FeatureEvent>> parts = List.of(
                            events.subList(0, first),
                            events.subList(first, second),
                            events.subList(second, events.size()));
                    Tile leftFirst = tile(parts.get(0));
                    leftFirst.merge(tile(parts.get(1)));
                    leftFirst.merge(tile(parts.get(2)));
                    Tile rightFirst = tile(parts.get(2));
                    Tile middle = tile(parts.get(1));
                    middle.merge(plan.tile(tile(parts.get(0)).toBytes()));
                    rightFirst.merge(middle);

                    assertThat(leftFirst.toBytes()).isEqualTo(tile(events).toBytes());
                    assertThat(rightFirst.toBytes()).isEqualTo(tile(events).toBytes());
                    assertThat(plan.tile(leftFirst.toBytes()).toBytes()).isEqualTo(leftFirst.toBytes());
                });
    }

    @Test
    void laterEventsNeverChangeAnEarlierAnswer() {
        qt().withExamples(300)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    List<FeatureEvent> past = events.stream()
                            .filter(event -> event.timeMicros() <= asOf)
                            .toList();

                    assertThat(tiled(events).read(asOf)).isEqualTo(tiled(past).read(asOf));
                });
    }

    @Test
    void anEventThatIsAddedTwiceCountsOnceInTheHistory() {
        qt().withExamples(100)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    var twice = new ArrayList<>(events);
                    twice.addAll(events);

                    assertThat(history(twice).at(ManyWindows.KEY, asOf))
                            .isEqualTo(history(events).at(ManyWindows.KEY, asOf));
                });
    }

    private Tile tile(List<FeatureEvent> events) {
        Tile tile = plan.emptyTile();
        events.forEach(event -> tile.add(plan.observe(event)));
        return tile;
    }

    @Test
    void damagedTilesAreRefused() {
        byte[] bytes = tile(List.of(ManyWindows.event(0, 0, 0, 1.5, 2L))).toBytes();
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        byte[] newer = bytes.clone();
        newer[0] = 99;

        for (byte[] damaged : List.of(longer, newer, Arrays.copyOf(bytes, bytes.length - 1), new byte[0])) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> plan.tile(damaged))
                    .isInstanceOf(io.millrace.features.kernel.encoding.EncodingException.class);
        }
    }
}
