package io.millrace.features.kernel.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EntityFoldProperties {
    private final ViewPlan plan = ViewPlan.of(ManyWindows.VIEW);
    private final EntityFold fold = new EntityFold(plan);

    /** The answers at each instant, in the order of the instants. */
    private List<RowAnswer> answers(List<FeatureEvent> events, List<Long> instants) {
        var inOrder = new ArrayList<>(events);
        inOrder.sort(Comparator.comparingLong(FeatureEvent::timeMicros));
        fold.clear();
        var answers = new ArrayList<RowAnswer>();
        int next = 0;
        for (long instant : instants) {
            while (next < inOrder.size() && inOrder.get(next).timeMicros() <= instant) {
                fold.add(inOrder.get(next++));
            }
            answers.add(fold.at(instant));
        }
        return answers;
    }

    @Test
    void itAnswersWhatTheHistoryAndTheTilesAnswerToTheBit() {
        qt().withExamples(400)
                .forAll(ManyWindows.events(), lists().of(ManyWindows.instants()).ofSizeBetween(1, 25))
                .checkAssert((events, asked) -> {
                    var instants = new ArrayList<>(asked);
                    events.forEach(event -> instants.add(event.timeMicros()));
                    instants.sort(Comparator.naturalOrder());
                    PointInTimeHistory history = PointInTimeHistory.of(ManyWindows.VIEW, events);
                    var tiled = new TiledRow(plan);
                    events.forEach(tiled::apply);

                    List<RowAnswer> answers = answers(events, instants);
                    for (int i = 0; i < answers.size(); i++) {
                        assertThat(answers.get(i)).isEqualTo(history.at(ManyWindows.KEY, instants.get(i)));
                        assertThat(answers.get(i)).isEqualTo(tiled.read(instants.get(i)));
                    }
                });
    }

    @Test
    void aTableGetsTheChosenFeatures() {
        int[] chosen = IntStream.range(0, ManyWindows.VIEW.features().size())
                .filter(i -> i % 3 == 0)
                .toArray();
        qt().withExamples(100)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    var table = new FeatureTable(1, chosen.length);
                    RowAnswer whole = answers(events, List.of(asOf)).getFirst();
                    fold.at(asOf, chosen, table, 0);

                    switch (whole) {
                        case RowAnswer.Missing() -> assertThat(table.state(0)).isEqualTo(FeatureTable.State.MISSING);
                        case RowAnswer.Row(var values, long eventTime, boolean expired) -> {
                            assertThat(table.state(0))
                                    .isEqualTo(expired ? FeatureTable.State.EXPIRED : FeatureTable.State.FRESH);
                            assertThat(table.eventTimeMicros(0)).isEqualTo(eventTime);
                            for (int column = 0; column < chosen.length; column++) {
                                assertThat(table.value(0, column)).isEqualTo(values.get(chosen[column]));
                            }
                        }
                    }
                });
    }

    @Test
    void anEventDirectlyBehindItselfCountsOnce() {
        qt().withExamples(100)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    var twice = new ArrayList<FeatureEvent>();
                    events.stream()
                            .sorted(Comparator.comparing(
                                    event -> plan.observe(event).order()))
                            .forEach(event -> {
                                twice.add(event);
                                twice.add(event);
                            });

                    assertThat(answers(twice, List.of(asOf))).isEqualTo(answers(events, List.of(asOf)));
                });
    }

    @Test
    void whatComesBeforeWhatWasAnsweredIsRefused() {
        fold.add(ManyWindows.event(100, 0, 0, 1.0, 1L));
        assertThat(fold.at(200)).isInstanceOf(RowAnswer.Row.class);

        assertThatThrownBy(() -> fold.add(ManyWindows.event(200, 0, 1, 1.0, 1L)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> fold.at(199)).isInstanceOf(IllegalArgumentException.class);
        fold.add(ManyWindows.event(300, 0, 2, 1.0, 1L));
        assertThatThrownBy(() -> fold.at(299)).isInstanceOf(IllegalArgumentException.class);
        fold.clear();
        assertThat(fold.at(50)).isEqualTo(new RowAnswer.Missing());
    }
}
