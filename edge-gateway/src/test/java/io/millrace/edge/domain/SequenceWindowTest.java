package io.millrace.edge.domain;

import static io.millrace.edge.domain.SequenceWindow.SIZE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.edge.domain.SequenceWindow.Verdict;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceWindowTest {
    private final SequenceWindow window = new SequenceWindow();

    @Test
    void whatWasSeenIsADuplicateAndWhatWasSkippedIsLate() {
        window.mark(0, 1);
        assertThat(window.mark(0, 4)).isEqualTo(3);

        assertThat(window.verdict(0, 4)).isEqualTo(Verdict.DUPLICATE);
        assertThat(window.verdict(0, 2)).isEqualTo(Verdict.LATE);
        assertThat(window.mark(0, 2)).isZero();
        assertThat(window.verdict(0, 2)).isEqualTo(Verdict.DUPLICATE);
        assertThat(window.verdict(0, 5)).isEqualTo(Verdict.NEWEST);
    }

    @Test
    void theEdgeOfTheWindowIsExact() {
        window.mark(0, 1);
        window.mark(0, SIZE + 1);

        assertThat(window.verdict(0, 1)).isEqualTo(Verdict.STALE);
        assertThat(window.verdict(0, 2)).isEqualTo(Verdict.LATE);
    }

    @Test
    void aHigherBirthBeginsAnewAndALowerOneIsStale() {
        window.mark(3, 500);

        assertThat(window.verdict(4, 1)).isEqualTo(Verdict.NEWEST);
        assertThat(window.mark(4, 1)).isEqualTo(1);
        assertThat(window.verdict(3, 501)).isEqualTo(Verdict.STALE);
        assertThat(window.verdict(4, 2)).isEqualTo(Verdict.NEWEST);
    }

    @Test
    void whatComesBeforeTheFirstIsExpectedFromThenOn() {
        window.mark(0, 10);

        assertThat(window.mark(0, 7)).isEqualTo(3);
        assertThat(window.mark(0, 8)).isZero();
    }

    @Test
    void aTakenBackSequenceMayComeAgain() {
        window.mark(0, 1);
        window.mark(0, 2);
        window.forget(0, 2);

        assertThat(window.verdict(0, 2)).isEqualTo(Verdict.LATE);
    }

    @Test
    void anyOrderCountsEachSequenceOnceAlsoAcrossARestart() {
        qt().forAll(lists().of(integers().between(1, 3_000)).ofSizeBetween(1, 200))
                .checkAssert(sequences -> {
                    var tested = new SequenceWindow();
                    Set<Integer> taken = new HashSet<>();
                    int highest = 0;
                    long expected = 0;
                    for (int sequence : sequences) {
                        Verdict verdict = tested.verdict(0, sequence);
                        if (taken.contains(sequence)) {
                            assertThat(verdict).isIn(Verdict.DUPLICATE, Verdict.STALE);
                        } else if (sequence > highest) {
                            assertThat(verdict).isEqualTo(Verdict.NEWEST);
                        } else {
                            assertThat(verdict).isEqualTo(sequence > highest - SIZE ? Verdict.LATE : Verdict.STALE);
                        }
                        if (verdict == Verdict.NEWEST || verdict == Verdict.LATE) {
                            expected += tested.mark(0, sequence);
                            taken.add(sequence);
                            highest = Math.max(highest, sequence);
                        }
                        tested = new SequenceWindow(tested.birth(), tested.first(), tested.highest(), tested.bits());
                    }
                    assertThat(expected).isEqualTo(tested.highest() - tested.first() + 1);
                    assertThat((long) taken.size()).isLessThanOrEqualTo(expected);
                });
    }

    @Test
    void theLast128EventsOfANodeAreKnownBySourceAndId() {
        var events = new EventWindow();
        for (int i = 0; i < EventWindow.SIZE + 1; i++) {
            events.add(EventWindow.EventKey.of("source", "id-" + i));
        }
        var restored = new EventWindow(events.keys());
        restored.add(EventWindow.EventKey.of("source", "new"));

        assertThat(restored.contains(EventWindow.EventKey.of("source", "id-1"))).isFalse();
        assertThat(restored.contains(EventWindow.EventKey.of("source", "id-2"))).isTrue();
        assertThat(restored.contains(EventWindow.EventKey.of("source", "new"))).isTrue();
        assertThat(EventWindow.EventKey.of("a", "bc")).isNotEqualTo(EventWindow.EventKey.of("ab", "c"));
    }
}
