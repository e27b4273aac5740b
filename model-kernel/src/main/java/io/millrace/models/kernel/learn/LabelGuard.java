package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A learner behind a guard that bounds what a bad stream of labels does to it. Examples are taken in windows that are counted, not timed. In a window a
 * source may give a declared share of the examples and no more. At a window's end the guard asks whether the loss of the last good snapshot, which does
 * not learn to agree with bad labels, has risen; whether the share of a class has moved; and whether the learner has become worse than the last good snapshot on the same rows; each by
 * more than a declared tolerance and what chance explains by Hoeffding's inequality (1963, "Probability inequalities for sums of bounded random variables", JASA 58).
 * If so it freezes: the learner is the last good snapshot again, to the bit, and learns nothing until it is resumed.
 *
 * <p>A snapshot is good only after the window behind it has passed too. So labels that go bad anywhere in a window are undone altogether if they show by
 * the end of the next one, and a freeze costs at most the good labels of two windows. The first window is what the second is compared with: it is not judged.
 *
 * <p>A law that changes at one stroke looks as flipped labels do; the guard cannot know. The tolerance says how much is let pass.
 */
public final class LabelGuard {
    private static final byte VERSION = 2;

    /** Windows that the reference looks back to. */
    private static final int REFERENCE = 10;

    private final GuardSettings settings;
    private Learner learner;
    private Learner good;
    private byte[] goodState;
    private byte[] candidateState;
    private long goodAt;
    private long candidateAt;
    private final Map<String, Integer> given = new HashMap<>();
    private final Window window = new Window();
    private long examples;
    private int offered;
    private int passed;

    /** The fewest examples that a window of the reference learned. */
    private int referenceLeast;

    private double referenceLoss;
    private double referenceShare;
    private @Nullable Freeze freeze;

    /** Sums over the examples that were learned in a window. */
    private static final class Window {
        int learned;
        double loss;
        double excess;
        double positives;

        void clear() {
            learned = 0;
            loss = 0;
            excess = 0;
            positives = 0;
        }
    }

    /** What came of an example. */
    public sealed interface Verdict {}

    public record Learned() implements Verdict {}

    /** The row or its label cannot be learned by anybody. */
    public record Refused(Outcome reason) implements Verdict {}

    /** The source has given its share of this window. */
    public record OverItsShare(String source) implements Verdict {}

    /** Nothing is learned, since, or because of, this freeze. */
    public record Frozen(Freeze freeze) implements Verdict {}

    /** Why learning stopped. */
    public enum FreezeReason {
        /** The share of positive labels moved. */
        CLASS_FLOOD,
        /** The last good snapshot fits the labels worse than its forerunners did in the windows before: flipped labels, or a law that changed. */
        LOSS_ROSE,
        /** On the same rows the last good snapshot fits the labels better: what was learned since does harm. */
        WORSE_THAN_LAST_GOOD
    }

    /**
     * A freeze and what it rests on.
     *
     * @param example the count of offered examples at which it came
     * @param measured what the window showed
     * @param reference what it was compared with
     * @param bound how far apart they may be: tolerance and chance
     */
    public record Freeze(FreezeReason reason, long example, double measured, double reference, double bound) {}

    public LabelGuard(Learner learner, GuardSettings settings) {
        this.learner = learner;
        this.settings = settings;
        goodState = States.bytes(learner);
        candidateState = goodState;
        good = States.learner(goodState);
    }

    /** The prediction of the learner, which is the last good snapshot while it is frozen. */
    public double predict(Example example) {
        return learner.predict(example);
    }

    /** The learner as it is. */
    public Learner learner() {
        return learner;
    }

    /** How many examples were offered while it was not frozen. */
    public long examples() {
        return examples;
    }

    /** Of how many offered examples the last good snapshot is. */
    public long goodExamples() {
        return goodAt;
    }

    /** Null while it learns. */
    public @Nullable Freeze freeze() {
        return freeze;
    }

    /** Takes an example from a source, learns it or says why not. */
    public Verdict offer(Example example, double label, String source) {
        Freeze frozen = freeze;
        if (frozen != null) return new Frozen(frozen);
        examples++;
        offered++;
        Verdict verdict = take(example, label, source);
        if (offered < settings.window()) return verdict;
        Freeze now = judged();
        freeze = now;
        if (now == null) pass();
        else back();
        offered = 0;
        given.clear();
        window.clear();
        return now == null ? verdict : new Frozen(now);
    }

    private Verdict take(Example example, double label, String source) {
        int before = given.getOrDefault(source, 0);
        if (before >= settings.mostOfASource()) return new OverItsShare(source);
        given.put(source, before + 1);
        if (learner instanceof Regressor && (label < settings.lowest() || label > settings.highest())) {
            return new Refused(Outcome.LABEL_OUT_OF_RANGE);
        }
        double loss = loss(learner.predict(example), label);
        double goodLoss = loss(good.predict(example), label);
        Outcome outcome = learner.learn(example, label);
        if (outcome != Outcome.LEARNED) return new Refused(outcome);
        window.learned++;
        window.loss += goodLoss;
        window.excess += loss - goodLoss;
        if (label > 0) window.positives++;
        return new Learned();
    }

    /** 0 to 1: for a class the square of the distance of the probability (Brier 1950), for a number the distance in units of the declared range. */
    private double loss(double prediction, double label) {
        double distance = Math.abs(prediction - label);
        double loss = learner instanceof Classifier
                ? distance * distance
                : distance / (settings.highest() - settings.lowest());
        // NaN is the worst.
        return loss <= 1 ? loss : 1;
    }

    private @Nullable Freeze judged() {
        int n = window.learned;
        if (n == 0 || passed == 0) return null;
        // Of means of values in [0, 1]; differences in [−1, 1] are twice as wide.
        double chance = chance(n);
        double apart = chance + chance((double) passed * referenceLeast);
        double share = window.positives / n;
        double loss = window.loss / n;
        double excess = window.excess / n;
        double ofShare = settings.shareTolerance() + apart;
        double ofLoss = settings.lossTolerance() + apart;
        double ofExcess = settings.lossTolerance() + 2 * chance;
        if (learner instanceof Classifier && Math.abs(share - referenceShare) > ofShare) {
            return new Freeze(FreezeReason.CLASS_FLOOD, examples, share, referenceShare, ofShare);
        }
        if (loss - referenceLoss > ofLoss) {
            return new Freeze(FreezeReason.LOSS_ROSE, examples, loss, referenceLoss, ofLoss);
        }
        return excess > ofExcess ? new Freeze(FreezeReason.WORSE_THAN_LAST_GOOD, examples, excess, 0, ofExcess) : null;
    }

    /** How far a mean of values in [0, 1] is from what is expected of it, but for the declared share of times. */
    private double chance(double values) {
        return Math.sqrt(StrictMath.log(2 / settings.falseAlarm()) / (2 * values));
    }

    private void pass() {
        int n = window.learned;
        if (n == 0) return;
        // A mean of the first ten windows, then one that forgets a tenth at each: its weights' squares sum up to a
        // tenth at most, as those of a mean of ten do.
        passed = Math.min(passed + 1, REFERENCE);
        referenceLeast = passed == 1 ? n : Math.min(referenceLeast, n);
        referenceLoss += (window.loss / n - referenceLoss) / passed;
        referenceShare += (window.positives / n - referenceShare) / passed;
        goodState = candidateState;
        good = States.learner(goodState);
        candidateState = States.bytes(learner);
        goodAt = candidateAt;
        candidateAt = examples;
    }

    private void back() {
        learner = States.learner(goodState);
        candidateState = goodState;
        candidateAt = goodAt;
    }

    /** Learns again, from the last good snapshot on, against the same reference. */
    public void resume() {
        freeze = null;
    }

    /** Learns again, and takes the next window as the reference: for a law that did change. */
    public void resumeWithNewReference() {
        freeze = null;
        passed = 0;
        referenceLoss = 0;
        referenceShare = 0;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        settings.write(out);
        for (byte[] state : new byte[][] {States.bytes(learner), goodState, candidateState}) {
            out.writeInt(state.length);
            out.write(state);
        }
        out.writeInt(given.size());
        for (Map.Entry<String, Integer> source : new TreeMap<>(given).entrySet()) {
            out.writeUTF(source.getKey());
            out.writeInt(source.getValue());
        }
        out.writeInt(window.learned);
        States.write(out, new double[] {window.loss, window.excess, window.positives, referenceLoss, referenceShare});
        out.writeLong(examples);
        out.writeLong(goodAt);
        out.writeLong(candidateAt);
        out.writeInt(offered);
        out.writeInt(passed);
        out.writeInt(referenceLeast);
        Freeze frozen = freeze;
        out.writeBoolean(frozen != null);
        if (frozen == null) return;
        out.writeUTF(frozen.reason().name());
        out.writeLong(frozen.example());
        States.write(out, new double[] {frozen.measured(), frozen.reference(), frozen.bound()});
    }

    public static LabelGuard read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("guard state of version " + version + " is not known");
        GuardSettings settings = GuardSettings.read(in);
        LabelGuard guard = new LabelGuard(States.learner(state(in)), settings);
        guard.goodState = state(in);
        guard.good = States.learner(guard.goodState);
        guard.candidateState = state(in);
        for (int left = in.readInt(); left > 0; left--) guard.given.put(in.readUTF(), in.readInt());
        guard.window.learned = in.readInt();
        guard.window.loss = in.readDouble();
        guard.window.excess = in.readDouble();
        guard.window.positives = in.readDouble();
        guard.referenceLoss = in.readDouble();
        guard.referenceShare = in.readDouble();
        guard.examples = in.readLong();
        guard.goodAt = in.readLong();
        guard.candidateAt = in.readLong();
        guard.offered = in.readInt();
        guard.passed = in.readInt();
        guard.referenceLeast = in.readInt();
        if (in.readBoolean()) {
            guard.freeze = new Freeze(
                    FreezeReason.valueOf(in.readUTF()),
                    in.readLong(),
                    in.readDouble(),
                    in.readDouble(),
                    in.readDouble());
        }
        return guard;
    }

    private static byte[] state(DataInput in) throws IOException {
        byte[] state = new byte[in.readInt()];
        in.readFully(state);
        return state;
    }
}
