package io.millrace.models.kernel.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Logs of policies whose values are known; fixed seeds, and bounds from the spread of what is simulated. */
class OffPolicyTest {
    private static final double[] REWARDS = {0.2, 0.5, 0.8};
    private static final double[] LOGGED = {0.6, 0.3, 0.1};
    private static final double[] TARGET = {0.1, 0.2, 0.7};
    private static final double TRUTH = 0.1 * 0.2 + 0.2 * 0.5 + 0.7 * 0.8;

    private static OffPolicy log(long seed, int rows, double mostWeight) {
        var random = new SplittableRandom(seed);
        var log = new OffPolicy(0, 1, mostWeight, 0.05, rows);
        for (int row = 0; row < rows; row++) {
            int action = Choice.drawn(LOGGED, random.nextDouble()).arm();
            double reward = random.nextDouble() < REWARDS[action] ? 1 : 0;
            log.add(LOGGED[action], TARGET[action], reward, REWARDS[action] - 0.05, TRUTH - 0.05);
        }
        return log;
    }

    @Test
    void estimatesAreUnbiasedAndTheirIntervalsHoldWhatTheySay() {
        int runs = 600;
        int missed = 0;
        int missedNormalised = 0;
        int missedAnytime = 0;
        double ips = 0;
        double robust = 0;
        double spread = 0;
        double robustSpread = 0;
        for (int run = 0; run < runs; run++) {
            OffPolicyEstimates estimates = log(run, 1_000, 10).estimates();
            missed += holds(estimates.inversePropensity()) ? 0 : 1;
            missedNormalised += holds(estimates.selfNormalised()) ? 0 : 1;
            missedAnytime += holds(estimates.anytime()) ? 0 : 1;
            ips += estimates.inversePropensity().estimate() - TRUTH;
            robust += estimates.doublyRobust().estimate() - TRUTH;
            spread += Math.pow(estimates.inversePropensity().estimate() - TRUTH, 2);
            robustSpread += Math.pow(estimates.doublyRobust().estimate() - TRUTH, 2);
        }
        assertThat(Math.abs(ips)).isLessThan(4 * Math.sqrt(spread));
        assertThat(Math.abs(robust)).isLessThan(4 * Math.sqrt(robustSpread));
        assertThat(robustSpread).isLessThan(spread);
        // The normal interval of 1,000 skewed weights may miss a percent more often than it says.
        assertThat((double) missed / runs).isLessThanOrEqualTo(Binomial.most(0.06, runs));
        assertThat((double) missedNormalised / runs).isLessThanOrEqualTo(Binomial.most(0.06, runs));
        assertThat((double) missedAnytime / runs).isLessThanOrEqualTo(Binomial.most(0.05, runs));
    }

    private static boolean holds(Interval interval) {
        return interval.lower() <= TRUTH && TRUTH <= interval.upper();
    }

    @Test
    void clippedWeightsAreCountedAndTheAnytimeIntervalStillHolds() {
        OffPolicyEstimates clipped = log(5, 20_000, 2).estimates();
        assertThat(clipped.clippedRows()).isBetween(1_800L, 2_200L);
        assertThat(clipped.inversePropensity().upper()).isLessThan(TRUTH);
        assertThat(holds(clipped.anytime())).isTrue();
        OffPolicyEstimates whole = log(5, 20_000, 10).estimates();
        // Σw² per row: 0.01/0.6 + 0.04/0.3 + 0.49/0.1 = 5.05
        assertThat(whole.effectiveRows()).isCloseTo(20_000 / 5.05, within(200.0));
        assertThat(whole.anytime().upper() - whole.anytime().lower()).isLessThan(0.25);
    }

    @Test
    void propensitiesOfThompsonSamplingAreThoseOfDraws() {
        var bandit = new ThompsonBernoulli(3, 0);
        int[][] posteriors = {{4, 8}, {6, 7}, {2, 3}};
        for (int arm = 0; arm < 3; arm++) {
            for (int i = 1; i < posteriors[arm][0]; i++) {
                bandit.learn(arm, 1);
            }
            for (int i = 1; i < posteriors[arm][1]; i++) {
                bandit.learn(arm, 0);
            }
        }
        var random = new SplittableRandom(6);
        int draws = 40_000;
        int[] best = new int[3];
        for (int i = 0; i < draws; i++) {
            int highest = 0;
            double most = -1;
            for (int arm = 0; arm < 3; arm++) {
                double drawn = beta(random, posteriors[arm][0], posteriors[arm][1]);
                if (drawn > most) {
                    most = drawn;
                    highest = arm;
                }
            }
            best[highest]++;
        }
        double[] propensities = bandit.propensities();
        assertThat(bandit.error()).isLessThan(0.005);
        assertThat(propensities[0] + propensities[1] + propensities[2]).isCloseTo(1, within(1e-12));
        for (int arm = 0; arm < 3; arm++) {
            double chance = propensities[arm];
            assertThat((double) best[arm] / draws)
                    .isCloseTo(chance, within(4 * Math.sqrt(chance * (1 - chance) / draws) + bandit.error()));
        }
    }

    /** The a-th smallest of a + b − 1 even draws has this distribution. */
    private static double beta(SplittableRandom random, int a, int b) {
        return random.doubles(a + b - 1L).sorted().skip(a - 1L).findFirst().orElseThrow();
    }

    /** A log that a learner wrote while it learned: its propensities let a policy be valued that never ran. */
    @Test
    void aBanditEarnsMoreThanChanceAndItsLogValuesOtherPolicies() {
        var bandit = new ThompsonBernoulli(3, 0.1);
        var random = new SplittableRandom(12);
        var log = new OffPolicy(0, 1, 30, 0.05, 4_000);
        double earned = 0;
        int rows = 4_000;
        for (int row = 0; row < rows; row++) {
            Choice choice = bandit.choose(random.nextDouble());
            double reward = random.nextDouble() < REWARDS[choice.arm()] ? 1 : 0;
            earned += reward;
            log.add(choice.propensity(), choice.arm() == 1 ? 1 : 0, reward);
            bandit.learn(choice.arm(), reward);
        }
        assertThat(earned / rows).isGreaterThan(0.7);
        OffPolicyEstimates second = log.estimates();
        assertThat(second.clippedRows()).isZero();
        assertThat(second.anytime().lower()).isLessThan(0.5);
        assertThat(second.anytime().upper()).isGreaterThan(0.5);
        double error =
                (second.inversePropensity().upper() - second.inversePropensity().lower()) / 2 / 1.96;
        assertThat(second.inversePropensity().estimate()).isCloseTo(0.5, within(4 * error));
    }

    @Test
    void whatWasStoredGoesOnToTheBit() throws IOException {
        var random = new SplittableRandom(40);
        var bandit = new ThompsonBernoulli(3, 0.1);
        var log = new OffPolicy(0, 1, 5, 0.05, 300);
        OffPolicy stored = log;
        ThompsonBernoulli storedBandit = bandit;
        for (int row = 0; row < 300; row++) {
            if (row == 120) {
                var bytes = new ByteArrayOutputStream();
                log.write(new DataOutputStream(bytes));
                bandit.write(new DataOutputStream(bytes));
                var in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
                stored = OffPolicy.read(in);
                storedBandit = ThompsonBernoulli.read(in);
            }
            Choice choice = bandit.choose(random.nextDouble());
            double reward = random.nextDouble();
            for (OffPolicy one : row < 120 ? List.of(log) : List.of(log, stored)) {
                one.add(choice.propensity(), 0.3, reward, 0.5, 0.4);
            }
            for (ThompsonBernoulli one : row < 120 ? List.of(bandit) : List.of(bandit, storedBandit)) {
                one.learn(choice.arm(), reward);
            }
        }
        assertThat(stored.estimates()).isEqualTo(log.estimates());
        assertThat(storedBandit.propensities()).isEqualTo(bandit.propensities());
        var one = new ByteArrayOutputStream();
        var other = new ByteArrayOutputStream();
        log.write(new DataOutputStream(one));
        stored.write(new DataOutputStream(other));
        assertThat(other.toByteArray()).isEqualTo(one.toByteArray());
    }

    @Test
    void linUcbFindsTheArmOfEachContextAndGoesOnToTheBitAfterARestart() throws IOException {
        var bandit = new LinUcb(2, 2, 1, 1, 0.05);
        var random = new SplittableRandom(21);
        int right = 0;
        for (int row = 0; row < 3_000; row++) {
            double[] context = {1, random.nextDouble() * 2 - 1};
            Choice choice = bandit.choose(context, random.nextDouble());
            assertThat(choice.propensity()).isIn(0.025, 0.975);
            double mean = choice.arm() == 0 ? 0.5 + 0.4 * context[1] : 0.5 - 0.4 * context[1];
            bandit.learn(choice.arm(), context, mean + 0.2 * (random.nextDouble() - 0.5));
            right += row >= 1_000 && (choice.arm() == 0) == (context[1] > 0) ? 1 : 0;
            if (row == 1_500) {
                var bytes = new ByteArrayOutputStream();
                bandit.write(new DataOutputStream(bytes));
                LinUcb read = LinUcb.read(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
                assertThat(read.propensities(context)).isEqualTo(bandit.propensities(context));
                bandit = read;
            }
        }
        assertThat(right / 2_000.0).isGreaterThan(0.9);
        assertThat(bandit.expected(0, new double[] {1, 0.5})).isCloseTo(0.7, within(0.05));
    }
}
