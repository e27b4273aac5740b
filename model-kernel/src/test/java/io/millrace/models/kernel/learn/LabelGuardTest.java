package io.millrace.models.kernel.learn;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.models.kernel.learn.LabelGuard.Freeze;
import io.millrace.models.kernel.learn.LabelGuard.FreezeReason;
import io.millrace.models.kernel.learn.LabelGuard.Frozen;
import io.millrace.models.kernel.learn.LabelGuard.Learned;
import io.millrace.models.kernel.learn.LabelGuard.OverItsShare;
import io.millrace.models.kernel.learn.LabelGuard.Refused;
import io.millrace.models.kernel.random.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LabelGuardTest {
    private static final int WINDOW = GuardSettings.OF_CLASSES.window();
    private static final LinearSettings SETTINGS = LinearSettings.of(new Optimizer.AdaGrad(0.1));

    private static LabelGuard guard(GuardSettings settings) {
        return new LabelGuard(new LogisticRegression(Streams.MIXED, SETTINGS), settings);
    }

    private interface Labels {
        double of(Example example, double right, Seeded random);
    }

    /** Offers examples until a freeze; null where none came. */
    private static @Nullable Freeze run(LabelGuard guard, Seeded random, int examples, Labels labels) {
        for (int i = 0; i < examples && guard.freeze() == null; i++) {
            Example example = Streams.mixed(random);
            guard.offer(example, labels.of(example, Streams.mixedClass(example, random), random), "a");
        }
        return guard.freeze();
    }

    @Test
    void aCleanStreamIsNotFrozen() {
        // 300 judgements of three bounds of which chance alone breaks each at most 1e-6 of the time.
        for (int seed = 0; seed < 5; seed++) {
            assertThat(run(guard(GuardSettings.OF_CLASSES), new Seeded(seed), 60 * WINDOW, (e, right, r) -> right))
                    .isNull();
        }
    }

    @Test
    void aFloodOfOneClassIsUndoneToTheBit() {
        heldToTheLastGood((example, right, random) -> 1, FreezeReason.CLASS_FLOOD);
    }

    @Test
    void flippedLabelsAreUndoneToTheBit() {
        heldToTheLastGood((example, right, random) -> 1 - right, FreezeReason.LOSS_ROSE);
    }

    @Test
    void labelsThatAnAdversaryChoosesAgainstTheModelAreUndoneToTheBit() {
        // Half of the labels right, the other half against what the law makes likely.
        heldToTheLastGood(
                (example, right, random) -> random.below(2) == 0 ? right : example.dense(0) > 3 ? 0 : 1,
                FreezeReason.LOSS_ROSE);
    }

    /** Labels go bad in the middle of a window: at the latest two judgements later the learner is a snapshot from before. */
    private static void heldToTheLastGood(Labels bad, FreezeReason... reasons) {
        for (int start = 0; start < WINDOW; start += WINDOW / 5) {
            LabelGuard guard = guard(GuardSettings.OF_CLASSES);
            Seeded random = new Seeded(11);
            LabelGuard clean = guard(GuardSettings.OF_CLASSES);
            Seeded same = new Seeded(11);
            assertThat(run(guard, random, 20 * WINDOW + start, (e, right, r) -> right))
                    .isNull();
            Freeze freeze = requireNonNull(run(guard, random, 2 * WINDOW, bad));
            assertThat(List.of(reasons)).contains(freeze.reason());
            assertThat(freeze.example()).isLessThanOrEqualTo(22L * WINDOW);
            // What it went back to is what the same clean stream made it, at the end of the window before the last that
            // passed.
            long snapshot = freeze.example() - 2L * WINDOW;
            assertThat(snapshot).isLessThanOrEqualTo(20L * WINDOW + start);
            run(clean, same, (int) snapshot, (e, right, r) -> right);
            assertThat(States.bytes(guard.learner())).isEqualTo(States.bytes(clean.learner()));
        }
    }

    @Test
    void aLearnerThatOneRowSpoiltIsWorseThanItsLastGoodSnapshot() {
        // A number of 1e45 leaves a deviation beside which all others are 0.
        LabelGuard guard = guard(new GuardSettings(10_000, 1, 0.05, 0.2, 1e-6, 0, 1));
        Seeded random = new Seeded(18);
        assertThat(run(guard, random, 100_000, (e, right, r) -> right)).isNull();
        double before = brier(guard, new Seeded(19));
        for (double sign : new double[] {1, -1}) {
            guard.offer(
                    Streams.MIXED.example(new double[] {sign * 1e45, 1e45, 1}, new String[] {"kind0", "x"}), 1, "a");
        }
        Freeze freeze = requireNonNull(run(guard, random, 20_000, (e, right, r) -> right));
        assertThat(freeze.reason()).isEqualTo(FreezeReason.WORSE_THAN_LAST_GOOD);
        double chance = Math.sqrt(Math.log(2 / 1e-6) / (2 * 5000));
        assertThat(brier(guard, new Seeded(19))).isLessThan(before + chance);
    }

    private static double brier(LabelGuard guard, Seeded random) {
        double sum = 0;
        for (int i = 0; i < 5000; i++) {
            Example example = Streams.mixed(random);
            double distance = guard.predict(example) - Streams.mixedClass(example, random);
            sum += distance * distance / 5000;
        }
        return sum;
    }

    @Test
    void frozenItLearnsNothingUntilItIsResumed() {
        LabelGuard guard = guard(GuardSettings.OF_CLASSES);
        Seeded random = new Seeded(12);
        run(guard, random, 5 * WINDOW, (e, right, r) -> right);
        run(guard, random, 2 * WINDOW, (e, right, r) -> 1);
        byte[] frozen = States.bytes(guard.learner());
        Example example = Streams.mixed(random);
        assertThat(guard.offer(example, 1, "a")).isInstanceOf(Frozen.class);
        assertThat(States.bytes(guard.learner())).isEqualTo(frozen);
        guard.resume();
        assertThat(guard.offer(example, 1, "a")).isEqualTo(new Learned());
        assertThat(run(guard, random, 2 * WINDOW, (e, right, r) -> 1 - right)).isNotNull();
        guard.resumeWithNewReference();
        assertThat(run(guard, random, 10 * WINDOW, (e, right, r) -> 1 - right)).isNull();
    }

    @Test
    void notANumberIsRefusedOneByOneAndTheRestIsLearnedAsIfItHadNotBeenThere() {
        LabelGuard guard = guard(GuardSettings.OF_CLASSES);
        LogisticRegression alone = new LogisticRegression(Streams.MIXED, SETTINGS);
        Seeded random = new Seeded(13);
        for (int i = 0; i < 5 * WINDOW; i++) {
            Example example = Streams.mixed(random);
            double label = Streams.mixedClass(example, random);
            assertThat(guard.offer(example, Double.NaN, "bad")).isEqualTo(new Refused(Outcome.LABEL_NOT_FINITE));
            assertThat(guard.offer(example, label, "good")).isEqualTo(new Learned());
            alone.learn(example, label);
        }
        assertThat(States.bytes(guard.learner())).isEqualTo(States.bytes(alone));
    }

    @Test
    void aSourceMovesTheWeightsByNoMoreThanItsShareTimesTheLargestStep() {
        double share = 0.05;
        LabelGuard guard = guard(GuardSettings.OF_CLASSES.withSourceShare(share));
        Seeded random = new Seeded(14);
        double moved = 0;
        int over = 0;
        for (int i = 0; i < WINDOW; i++) {
            Example example = Streams.mixed(random);
            if (i % 2 == 0) {
                double[] before = ((LogisticRegression) guard.learner()).weights();
                if (guard.offer(example, 1, "flood") instanceof OverItsShare) over++;
                double[] after = ((LogisticRegression) guard.learner()).weights();
                double most = 0;
                for (int w = 0; w < after.length; w++) most = Math.max(most, Math.abs(after[w] - before[w]));
                moved += most;
            } else {
                guard.offer(example, Streams.mixedClass(example, random), "good" + i % 41);
            }
        }
        assertThat(over).isEqualTo(WINDOW / 2 - (int) (share * WINDOW));
        assertThat(moved).isPositive().isLessThanOrEqualTo(share * WINDOW * SETTINGS.largestStep());
    }

    @Test
    void aNumberOutsideOfTheDeclaredRangeIsRefused() {
        LabelGuard guard =
                new LabelGuard(new LinearRegression(Streams.MIXED, SETTINGS), GuardSettings.ofNumbers(-20, 20));
        Example example = Streams.mixed(new Seeded(15));
        assertThat(guard.offer(example, 21, "a")).isEqualTo(new Refused(Outcome.LABEL_OUT_OF_RANGE));
        assertThat(guard.offer(example, -20, "a")).isEqualTo(new Learned());
    }

    @Test
    void numbersThatAreTurnedRoundFreezeARegression() {
        LabelGuard guard = new LabelGuard(
                new LinearRegression(Streams.MIXED, SETTINGS.withLargestGradient(10)),
                GuardSettings.ofNumbers(-20, 20));
        Seeded random = new Seeded(16);
        for (int i = 0; i < 20 * WINDOW; i++) {
            Example example = Streams.mixed(random);
            guard.offer(example, Streams.mixedNumber(example, random), "a");
        }
        assertThat(guard.freeze()).isNull();
        for (int i = 0; i < 2 * WINDOW; i++) guard.offer(Streams.mixed(random), 20 - 40 * random.below(2), "a");
        assertThat(requireNonNull(guard.freeze()).reason()).isEqualTo(FreezeReason.LOSS_ROSE);
    }

    @Test
    void aRestoredGuardGoesOnToTheBit() throws IOException {
        for (int cut : new int[] {0, 1, 999, 1000, 2500, 4100, 5999}) {
            LabelGuard one = guard(GuardSettings.OF_CLASSES.withSourceShare(0.9));
            LabelGuard other = one;
            Seeded random = new Seeded(17);
            for (int i = 0; i < 6 * WINDOW; i++) {
                if (i == cut) other = LabelGuard.read(new DataInputStream(new ByteArrayInputStream(bytes(one))));
                Example example = Streams.mixed(random);
                double label = Streams.mixedClass(example, random);
                String source = random.below(20) == 0 ? "b" : "a";
                if (i > 4 * WINDOW) label = 1;
                if (other != one) other.offer(example, label, source);
                one.offer(example, label, source);
            }
            assertThat(one.freeze()).isNotNull();
            assertThat(bytes(other)).isEqualTo(bytes(one));
        }
    }

    private static byte[] bytes(LabelGuard guard) throws IOException {
        var bytes = new ByteArrayOutputStream();
        guard.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
