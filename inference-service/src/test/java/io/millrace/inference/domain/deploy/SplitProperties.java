package io.millrace.inference.domain.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.doubles;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;
import static org.quicktheories.generators.SourceDSL.strings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class SplitProperties {
    private static final int KEYS = 20_000;

    private final Gen<List<Double>> weights =
            lists().of(doubles().between(0.5, 50)).ofSizeBetween(2, 6);

    /** Five standard deviations of a binomial: one in 1.7 million would fail by chance, with a seed of its own each time. */
    @Test
    void everyCandidateGetsItsShare() {
        qt().withExamples(60)
                .forAll(weights, strings().basicLatinAlphabet().ofLengthBetween(1, 12))
                .check((w, salt) -> {
                    Split split = split(salt, w);
                    var counts = new int[w.size()];
                    for (int key = 0; key < KEYS; key++) {
                        counts[split.of("flights-3-" + key)]++;
                    }
                    return IntStream.range(0, counts.length).allMatch(i -> {
                        double share = split.share(i);
                        double deviation = Math.sqrt(KEYS * share * (1 - share));
                        return Math.abs(counts[i] - KEYS * share) <= 5 * deviation;
                    });
                });
    }

    @Test
    void aKeyBelongsToTheSameCandidateEachTimeAndInAnyOrderOfThem() {
        qt().withExamples(300)
                .forAll(weights, strings().allPossible().ofLengthBetween(0, 40))
                .check((w, key) -> {
                    List<Integer> order =
                            new ArrayList<>(IntStream.range(0, w.size()).boxed().toList());
                    Collections.reverse(order);
                    Split other = new Split(
                            "d",
                            order.stream().map(i -> "arm" + i).toList(),
                            order.stream().map(w::get).toList());
                    int chosen = split("d", w).of(key);
                    return chosen == split("d", w).of(key) && order.get(other.of(key)) == chosen;
                });
    }

    /** Where one candidate gains and the others lose in proportion, keys move to it alone. */
    @Test
    void aChangeOfWeightsMovesOnlyWhatMustMove() {
        qt().withExamples(60)
                .forAll(weights, integers().between(0, 5), doubles().between(1.01, 10))
                .check((w, which, factor) -> {
                    int grown = which % w.size();
                    var after = new ArrayList<>(w);
                    after.set(grown, w.get(grown) * factor);
                    Split one = split("d", w);
                    Split two = split("d", after);
                    for (int key = 0; key < 2_000; key++) {
                        int before = one.of("k" + key);
                        int now = two.of("k" + key);
                        if (now != before && now != grown) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    @Test
    void aCandidateThatIsAddedTakesKeysAndMovesNoOthers() {
        qt().withExamples(60).forAll(weights, doubles().between(0.5, 50)).check((w, weight) -> {
            var after = new ArrayList<>(w);
            after.add(weight);
            Split one = split("d", w);
            Split two = split("d", after);
            return IntStream.range(0, 2_000).allMatch(key -> {
                int now = two.of("k" + key);
                return now == w.size() || now == one.of("k" + key);
            });
        });
    }

    @Test
    void twoDeploymentsSplitTheSameKeysIndependently() {
        Split one = split("a", List.of(50.0, 50.0));
        Split two = split("b", List.of(50.0, 50.0));
        long both = IntStream.range(0, KEYS)
                .filter(key -> one.of("k" + key) == 0 && two.of("k" + key) == 0)
                .count();
        assertThat(both).isBetween(KEYS / 4 - 300L, KEYS / 4 + 300L);
    }

    @Test
    void whatWeighsNothingGetsNothing() {
        Split split = split("d", List.of(0.0, 100.0));
        assertThat(IntStream.range(0, 1_000).map(key -> split.of("k" + key))).containsOnly(1);
        assertThat(split.share(0)).isZero();
    }

    @Test
    void aSampleHoldsItsPercentAndTheSameKeysEachTime() {
        long seen = IntStream.range(0, KEYS)
                .filter(key -> Split.samples("d/s", "k" + key, 10))
                .count();
        assertThat(seen).isBetween(KEYS / 10 - 220L, KEYS / 10 + 220L);
        assertThat(IntStream.range(0, 100).allMatch(key -> Split.samples("d/s", "k" + key, 100)))
                .isTrue();
        assertThat(IntStream.range(0, 100).noneMatch(key -> Split.samples("d/s", "k" + key, 0)))
                .isTrue();
    }

    /** A release that hashed otherwise would move every entity of every deployment that is applied. */
    @Test
    void theRuleStaysAsItIsAcrossReleases() {
        Split split = split("flight-delay", List.of(90.0, 10.0));
        List<Integer> canaries = IntStream.range(0, 100)
                .filter(key -> split.of("flights.departures.v1-0-" + key) == 1)
                .boxed()
                .toList();
        assertThat(canaries).containsExactly(0, 3, 9, 14, 15, 31, 55, 57, 59, 62, 63, 79, 87, 95, 98);
    }

    private static Split split(String salt, List<Double> weights) {
        return new Split(
                salt,
                IntStream.range(0, weights.size()).mapToObj(i -> "arm" + i).toList(),
                weights);
    }
}
