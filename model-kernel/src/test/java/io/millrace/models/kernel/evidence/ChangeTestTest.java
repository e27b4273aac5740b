package io.millrace.models.kernel.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.longs;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChangeTestTest {
    private static final Outcome LOSS = new Outcome("loss", Outcome.Better.LOWER, 0, 1);
    private static final Outcome LATENCY =
            new Outcome("latency", Outcome.Better.LOWER, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    private static ChangePlan plan(double minimumEffect, double share) {
        return new ChangePlan(
                LOSS, minimumEffect, List.of(new Guardrail(LATENCY, 0.5)), 0.05, share, 0.001, 1_000, 100, 100_000);
    }

    private static Evidence run(ChangePlan plan, double loss, double latency) {
        var random = new SplittableRandom(4);
        var test = new ChangeTest(plan);
        for (int row = 0; row < 60_000; row++) {
            boolean challenger = random.nextDouble() < plan.challengerShare();
            double noise = random.nextDouble() - 0.5;
            double[] champion = {random.nextDouble() < 0.4 ? 1 : 0, 10 + noise};
            double[] other = {random.nextDouble() < loss ? 1 : 0, latency + noise};
            if (plan.paired()) {
                test.paired(champion, other);
            } else {
                test.measured(challenger, challenger ? other : champion);
            }
        }
        return test.evidence();
    }

    @Test
    void aBetterChallengerWithinItsGuardrailsIsPromoted() {
        for (double share : new double[] {1, 0.5, 0.2}) {
            Evidence evidence = run(plan(0.01, share), 0.3, 10.2);
            assertThat(evidence.decision()).isEqualTo(Decision.PROMOTE);
            assertThat(evidence.why()).isEqualTo(Why.OBJECTIVE_BETTER);
            assertThat(evidence.objective().lower()).isBetween(0.01, 0.1);
            assertThat(evidence.objective().upper()).isGreaterThan(0.1);
            assertThat(evidence.guardrails().getFirst().lower()).isGreaterThan(-0.5);
        }
    }

    @Test
    void aWorseChallengerIsRolledBack() {
        Evidence evidence = run(plan(0.01, 0.5), 0.5, 10);
        assertThat(evidence.decision()).isEqualTo(Decision.ROLL_BACK);
        assertThat(evidence.why()).isEqualTo(Why.OBJECTIVE_WORSE);
    }

    @Test
    void aBrokenGuardrailRollsBackWhateverTheObjectiveGains() {
        Evidence evidence = run(plan(0.01, 1), 0.1, 11);
        assertThat(evidence.decision()).isEqualTo(Decision.ROLL_BACK);
        assertThat(evidence.why()).isEqualTo(Why.GUARDRAIL_BROKEN);
    }

    @Test
    void aGainBelowTheMinimumEffectStops() {
        Evidence evidence = run(plan(0.2, 1), 0.3, 10);
        assertThat(evidence.decision()).isEqualTo(Decision.STOPPED);
        assertThat(evidence.why()).isEqualTo(Why.EFFECT_TOO_SMALL);
    }

    @Test
    void equalModelsStopUndecidedAfterTheMostRows() {
        var random = new SplittableRandom(8);
        var plan = new ChangePlan(LOSS, 0, List.of(), 0.05, 1, 0.001, 500, 10, 1_000);
        var test = new ChangeTest(plan);
        for (int row = 0; row < 500; row++) {
            double loss = random.nextDouble();
            test.paired(new double[] {loss}, new double[] {loss});
        }
        assertThat(test.evidence().why()).isEqualTo(Why.ROWS_EXHAUSTED);
    }

    @Test
    void anEffectThatTurnsRoundWhileItIsMeasuredStops() {
        var plan = new ChangePlan(LOSS, 0, List.of(), 0.05, 1, 0.001, 300, 2_000, 1_000_000);
        var test = new ChangeTest(plan);
        for (int row = 0; row < 2_000; row++) {
            test.paired(new double[] {0.5}, new double[] {row < 500 ? 0.3 : 0.95});
        }
        assertThat(test.evidence().why()).isEqualTo(Why.EFFECT_MOVED);
        assertThat(test.decision()).isEqualTo(Decision.STOPPED);
    }

    @Test
    void rowsThatAreNoNumbersAreLeftOutAndCounted() {
        var test = new ChangeTest(plan(0, 1));
        test.paired(new double[] {0, 1}, new double[] {Double.NaN, 1});
        assertThat(test.evidence().invalidRows()).isEqualTo(1);
        assertThat(test.evidence().championRows()).isZero();
        assertThatThrownBy(() -> test.paired(new double[] {0}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> test.assigned(true)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTestThatWasStoredGoesOnToTheBit() {
        qt().withExamples(60).forAll(longs().all(), integers().between(0, 400)).checkAssert((seed, cut) -> {
            ChangePlan plan = plan(0, (seed & 1) == 0 ? 1 : 0.3);
            var random = new SplittableRandom(seed);
            var straight = new ChangeTest(plan);
            var stored = new ChangeTest(plan);
            for (int row = 0; row < 400; row++) {
                if (row == cut) {
                    stored = read(bytes(stored), plan);
                }
                double[] one = {random.nextDouble(), random.nextDouble() * 20};
                double[] two = {random.nextDouble(), random.nextDouble() * 20};
                boolean challenger = random.nextInt(10) < 3;
                for (ChangeTest test : List.of(straight, stored)) {
                    if (plan.paired()) {
                        test.paired(one, two);
                    } else {
                        test.assigned(challenger);
                        test.measured(challenger, one);
                    }
                }
            }
            assertThat(bytes(stored)).isEqualTo(bytes(straight));
            assertThat(stored.evidence()).isEqualTo(straight.evidence());
        });
    }

    private static byte[] bytes(ChangeTest test) {
        try {
            var bytes = new ByteArrayOutputStream();
            test.write(new DataOutputStream(bytes));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ChangeTest read(byte[] bytes, ChangePlan plan) {
        try {
            return ChangeTest.read(new DataInputStream(new ByteArrayInputStream(bytes)), plan);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
