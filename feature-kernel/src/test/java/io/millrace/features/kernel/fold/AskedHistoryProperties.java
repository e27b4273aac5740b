package io.millrace.features.kernel.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.features.kernel.table.FeatureTable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AskedHistoryProperties {
    private static final int[] ALL =
            IntStream.range(0, ManyWindows.VIEW.features().size()).toArray();

    private final ViewPlan plan = ViewPlan.of(ManyWindows.VIEW);
    private final AskedHistory asked = new AskedHistory(plan);

    @Test
    void itAnswersWhatTheHistoryAnswersToTheBitHoweverEventsAndQuestionsAreMixed() {
        qt().withExamples(300)
                .forAll(ManyWindows.events(), lists().of(ManyWindows.instants()).ofSizeBetween(1, 25))
                .checkAssert((events, instants) -> {
                    asked.begin(instants.stream().mapToLong(Long::longValue).toArray());
                    var history = new PointInTimeHistory(plan);
                    var once = events.stream().distinct().toList();
                    for (int i = 0; i < Math.max(once.size(), instants.size()); i++) {
                        if (i < once.size()) {
                            asked.add(once.get(i));
                            history.add(once.get(i));
                        }
                        long asOf = instants.get(i % instants.size());
                        assertThat(answer(asOf)).isEqualTo(history.at(ManyWindows.KEY, asOf));
                    }
                });
    }

    @Test
    void whatIsKeptOfAHotEntityGrowsWithTheQuestionsAndNotWithTheEvents() {
        long[] instants = {1_000_000L, 2_000_000L, 3_000_000L};
        asked.begin(instants);
        int bounds = instants.length * (plan.windows().size() + 1);
        for (int i = 0; i < 300_000; i++) {
            asked.add(ManyWindows.event(i * 11L % 3_500_000, 0, i, (double) (i % 7), (long) i));
        }
        assertThat(asked.kept()).isLessThanOrEqualTo(bounds);
        assertThat(answer(2_000_000L)).isInstanceOf(RowAnswer.Row.class);
    }

    @Test
    void anInstantThatWasNotNamedIsRefused() {
        asked.begin(new long[] {100});
        assertThatThrownBy(() -> answer(101)).isInstanceOf(IllegalArgumentException.class);
        asked.begin(new long[] {101});
        assertThat(answer(101)).isEqualTo(new RowAnswer.Missing());
    }

    private RowAnswer answer(long asOf) {
        var table = new FeatureTable(1, ALL.length);
        asked.at(asOf, ALL, table, 0);
        if (table.state(0) == FeatureTable.State.MISSING) {
            return new RowAnswer.Missing();
        }
        return new RowAnswer.Row(
                IntStream.of(ALL).mapToObj(column -> table.value(0, column)).toList(),
                table.eventTimeMicros(0),
                table.state(0) == FeatureTable.State.EXPIRED);
    }
}
