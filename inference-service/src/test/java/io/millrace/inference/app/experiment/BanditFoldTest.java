package io.millrace.inference.app.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Bandit;
import io.millrace.inference.domain.deploy.Bandit.Column;
import io.millrace.inference.domain.deploy.Bandit.Mixture;
import io.millrace.inference.domain.deploy.Bandit.Policy;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Measure;
import io.millrace.inference.domain.deploy.Measured;
import io.millrace.inference.domain.deploy.Split;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.models.kernel.evidence.OffPolicyEstimates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A bandit that chooses by what it was last told, as a replica does, and is told rewards in batches. */
class BanditFoldTest {
    private static final Task TASK = new Task.Classification(0.5);
    private static final int ROWS = 4_000;
    private static final double MEAN_A = 0.3;
    private static final double MEAN_B = 0.5;

    /** A run: what was told, and the mean reward that came. */
    private record Run(BanditReport report, double mean, List<Labelled> outcomes) {}

    @Test
    void thompsonLearnsTheBetterArmAndLogsTheChancesThatItDrewFrom() throws IOException {
        Run run = run(thompson(), false, 11);
        assertThat(run.report().arms())
                .extracting(BanditReport.ArmRewards::chance)
                .satisfies(
                        chances -> assertThat(chances.get(0) + chances.get(1)).isCloseTo(1, within(1e-12)))
                .satisfies(chances -> assertThat(chances.get(1)).isGreaterThan(0.9));
        assertThat(run.report().arms().get(1).rewards())
                .isGreaterThan(run.report().arms().get(0).rewards());
        // Each was drawn with the chance that it says: over all, an arm was chosen as often as its chances add up to.
        double expected = 0;
        double variance = 0;
        double chosen = 0;
        for (Labelled outcome : run.outcomes()) {
            Choice choice = outcome.prediction().choice().orElseThrow();
            double chanceOfB = choice.arm().equals("b") ? choice.share() : 1 - choice.share();
            expected += chanceOfB;
            variance += chanceOfB * (1 - chanceOfB);
            chosen += choice.arm().equals("b") ? 1 : 0;
        }
        assertThat(chosen).isCloseTo(expected, within(4 * Math.sqrt(variance)));
    }

    @Test
    void linUcbLearnsWhichArmIsBetterInWhichContext() throws IOException {
        Deployment deployment = deployment(new Policy.LinUcb(List.of(new Column("x", 1)), 0.5));
        Run run = run(deployment, true, 12);
        Brain brain = Brain.read(deployment.bandit().orElseThrow(), run.report().stateBytes());
        double floor = deployment.bandit().orElseThrow().exploration() / 2;
        for (double uniform : new double[] {0.3, 0.5, 0.7}) {
            var below = brain.choose(uniform, Map.of("x", -1.0));
            var above = brain.choose(uniform, Map.of("x", 1.0));
            assertThat(below.arm()).isZero();
            assertThat(above.arm()).isEqualTo(1);
            assertThat(below.propensity()).isCloseTo(1 - floor, within(1e-12));
            assertThat(above.propensity()).isCloseTo(1 - floor, within(1e-12));
        }
        assertThat(brain.choose(1e-6, Map.of("x", 1.0)).propensity()).isCloseTo(floor, within(1e-12));
    }

    @Test
    void theValueOfThePolicyThatRanIsItsMeanRewardAndOthersLieInTheirIntervals() throws IOException {
        Run run = run(thompson(), false, 13);
        OffPolicyEstimates deployed = estimates(run, "deployed");
        assertThat(deployed.rows()).isEqualTo(ROWS);
        assertThat(deployed.inversePropensity().estimate()).isCloseTo(run.mean(), within(1e-9));
        assertThat(run.mean())
                .isBetween(
                        deployed.inversePropensity().lower(),
                        deployed.inversePropensity().upper());
        assertThat(deployed.effectiveRows()).isCloseTo(ROWS, within(1e-6));
        assertThat(estimates(run, "always-a").clippedRows()).isZero();
        inside(estimates(run, "always-a"), MEAN_A);
        inside(estimates(run, "always-b"), MEAN_B);
        inside(estimates(run, "mostly-a"), 0.9 * MEAN_A + 0.1 * MEAN_B);
    }

    @Test
    void aBanditThatWasCutAndRestoredKnowsTheSame() throws IOException {
        for (Deployment deployment :
                List.of(thompson(), deployment(new Policy.LinUcb(List.of(new Column("x", 1)), 0.5)))) {
            List<Labelled> outcomes = run(deployment, true, 14).outcomes();
            BanditFold whole = fold(deployment, new ArrayList<>());
            BanditFold cut = fold(deployment, new ArrayList<>());
            var random = new SplittableRandom(3);
            for (int i = 0; i < outcomes.size(); i++) {
                whole.fold(outcomes.get(i), i);
                cut.fold(outcomes.get(i), i);
                if (random.nextInt(500) == 0) {
                    byte[] kept = bytes(cut);
                    cut = fold(deployment, new ArrayList<>());
                    cut.read(new DataInputStream(new ByteArrayInputStream(kept)));
                }
            }
            assertThat(bytes(cut)).isEqualTo(bytes(whole));
            BanditReport report = whole.report(5);
            assertThat(BanditReport.read(report.text())).contains(report);
        }
    }

    @Test
    void choicesOfOtherRevisionsAndShadowsTeachNothing() {
        BanditFold fold = fold(thompson(), new ArrayList<>());
        fold.fold(labelled("e-1", new Choice("m", 1, "a", 0.5), "", 0, 1), 0);
        fold.fold(labelled("e-2", new Choice("m", 2, "a", 0.5), "s", 0, 1), 1);
        fold.fold(labelled("e-3", new Choice("n", 2, "a", 0.5), "", 0, 1), 2);
        assertThat(fold.report(3).arms().getFirst().rewards()).isZero();
        fold.fold(labelled("e-4", new Choice("m", 2, "a", 0.5), "", 0, 1), 3);
        assertThat(fold.report(4).arms().getFirst().rewards()).isEqualTo(1);
    }

    @Test
    void theFingerprintStaysWhereArmsAndPolicyStay() {
        Deployment one = thompson();
        var described = new Deployment(
                "m", "for people", "", one.arms(), List.of(), new Sticky.Entity(), Optional.empty(), one.bandit(), "x");
        assertThat(BanditFold.fingerprint(described)).isEqualTo(BanditFold.fingerprint(one));
        assertThat(BanditFold.fingerprint(deployment(new Policy.LinUcb(List.of(new Column("x", 1)), 1))))
                .isNotEqualTo(BanditFold.fingerprint(one));
    }

    private static void inside(OffPolicyEstimates estimates, double truth) {
        assertThat(truth)
                .isBetween(
                        estimates.inversePropensity().estimate() - 2 * width(estimates.inversePropensity()),
                        estimates.inversePropensity().estimate() + 2 * width(estimates.inversePropensity()));
        assertThat(truth)
                .isBetween(
                        estimates.doublyRobust().estimate() - 2 * width(estimates.doublyRobust()),
                        estimates.doublyRobust().estimate() + 2 * width(estimates.doublyRobust()));
        assertThat(truth)
                .isBetween(estimates.anytime().lower(), estimates.anytime().upper());
    }

    /** Half of a 95 % interval: twice that is missed in one of ten thousand runs. */
    private static double width(io.millrace.models.kernel.evidence.Interval interval) {
        return (interval.upper() - interval.lower()) / 2;
    }

    private static OffPolicyEstimates estimates(Run run, String policy) {
        return run.report().policies().stream()
                .filter(value -> value.policy().equals(policy))
                .findFirst()
                .orElseThrow()
                .estimates();
    }

    /** Choices by the state that was told last, rewards that come in batches of 100. With a context, arm a is better below 0 and b above. */
    private static Run run(Deployment deployment, boolean inContext, long seed) throws IOException {
        var random = new SplittableRandom(seed);
        var told = new ArrayList<BanditReport>();
        BanditFold fold = fold(deployment, told);
        Bandit bandit = deployment.bandit().orElseThrow();
        Brain choosing = Brain.fresh(bandit, 2);
        List<Labelled> outcomes = new ArrayList<>();
        double sum = 0;
        for (int i = 0; i < ROWS; i++) {
            double x = random.nextDouble() * 2 - 1;
            Map<String, Object> values = Map.of("x", x);
            var chosen = choosing.choose(Split.uniform("m", "e-" + i), values);
            double mean = inContext ? 0.5 + (chosen.arm() == 0 ? -0.4 : 0.4) * x : chosen.arm() == 0 ? MEAN_A : MEAN_B;
            double label = random.nextDouble() < mean ? 1 : 0;
            sum += label;
            String arm = deployment.arms().get(chosen.arm()).name();
            Labelled outcome = labelled("e-" + i, new Choice("m", 2, arm, chosen.propensity()), "", x, label);
            outcomes.add(outcome);
            fold.fold(outcome, i);
            if (i % 100 == 99) {
                fold.kept(i + 1);
                choosing = Brain.read(bandit, told.getLast().stateBytes());
                assertThat(Arrays.stream(choosing.chances()).sum()).isCloseTo(1, within(1e-12));
            }
        }
        return new Run(told.getLast(), sum / ROWS, outcomes);
    }

    private static BanditFold fold(Deployment deployment, List<BanditReport> told) {
        return new BanditFold(deployment, 2, TASK, told::add);
    }

    private static Labelled labelled(String id, Choice choice, String shadow, double x, double label) {
        return new Labelled(
                new Prediction(
                        id,
                        id,
                        Map.of(),
                        new ModelIdentity("m", "1", "d", "onnx"),
                        Optional.of(choice),
                        shadow,
                        0.5,
                        1,
                        Map.of("x", x)),
                label,
                2,
                "");
    }

    private static Deployment thompson() {
        return deployment(new Policy.Thompson());
    }

    private static Deployment deployment(Policy policy) {
        return new Deployment(
                "m",
                "",
                "",
                List.of(
                        new Arm("a", new ModelReference("m", Optional.of("1")), 50),
                        new Arm("b", new ModelReference("m", Optional.of("2")), 50)),
                List.of(),
                new Sticky.Request(),
                Optional.empty(),
                Optional.of(new Bandit(
                        "clicks",
                        policy,
                        new Measured(Measure.LABEL, 0, 1),
                        0.1,
                        0,
                        List.of(new Mixture("mostly-a", Map.of("a", 0.9, "b", 0.1))))),
                "kind: Deployment");
    }

    private static byte[] bytes(BanditFold fold) throws IOException {
        var bytes = new ByteArrayOutputStream();
        fold.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
