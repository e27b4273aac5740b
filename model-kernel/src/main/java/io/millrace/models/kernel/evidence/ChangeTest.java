package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides whether a challenger takes the champion's place, and may be asked after every row: the intervals that it decides by hold at all moments at once (confidence sequences, {@link EmpiricalBernstein} where the
 * outcomes are bounded, else {@link AsymptoticSequence}). A champion that is as good or better is replaced with chance α at most, a challenger that is as good or better rolled back with chance α at most. What is
 * not HOLD is final. Not thread-safe.
 */
public final class ChangeTest {
    private static final int VERSION = 1;

    private final ChangePlan plan;
    private final MeanSequence[] gains;
    private final double[] signs;
    private final double[] gaps;
    private SampleRatio ratio;
    private Differences differences;
    private long championRows;
    private long challengerRows;
    private long invalidRows;
    private Decision decision = Decision.HOLD;
    private Why why = Why.TOO_FEW_ROWS;

    public ChangeTest(ChangePlan plan) {
        this.plan = plan;
        int outcomes = 1 + plan.guardrails().size();
        gains = new MeanSequence[outcomes];
        signs = new double[outcomes];
        gaps = new double[outcomes];
        for (int i = 0; i < outcomes; i++) {
            Outcome outcome = outcome(i);
            double range = outcome.high() - outcome.low();
            gains[i] = outcome.bounded()
                    ? new EmpiricalBernstein(-range, range, plan.alphaOfEach(), plan.tightestAt())
                    : new AsymptoticSequence(plan.alphaOfEach(), plan.tightestAt());
            signs[i] = outcome.better() == Outcome.Better.HIGHER ? 1 : -1;
        }
        double share = plan.paired() ? 0.5 : plan.challengerShare();
        ratio = new SampleRatio(1 - share, share);
        differences = new Differences(outcomes);
    }

    /** A row was sent to one arm, before anything is known of its outcome. */
    public Decision assigned(boolean toChallenger) {
        if (plan.paired()) {
            throw new IllegalStateException("in a paired test each row goes to both arms");
        }
        ratio.assigned(toChallenger ? 1 : 0, 1);
        if (ratio.pValue() <= plan.sampleRatioAlpha()) {
            settle(Decision.STOPPED, Why.SAMPLE_RATIO_MISMATCH);
        }
        return decision;
    }

    /** The outcomes of a row that went to both arms: the objective's first, then the guardrails' in the plan's order. */
    public Decision paired(double[] champion, double[] challenger) {
        if (!plan.paired()) {
            throw new IllegalStateException("each row goes to one arm");
        }
        if (invalid(champion) || invalid(challenger)) {
            return decision;
        }
        championRows++;
        challengerRows++;
        for (int i = 0; i < gains.length; i++) {
            gains[i].add(signs[i] * (challenger[i] - champion[i]));
        }
        decide();
        return decision;
    }

    /** The outcomes of a row that went to one arm: the objective's first, then the guardrails' in the plan's order. */
    public Decision measured(boolean ofChallenger, double[] outcomes) {
        if (plan.paired()) {
            throw new IllegalStateException("in a paired test each row goes to both arms");
        }
        if (invalid(outcomes)) {
            return decision;
        }
        championRows += ofChallenger ? 0 : 1;
        challengerRows += ofChallenger ? 1 : 0;
        if (differences.add(ofChallenger, outcomes, gaps)) {
            for (int i = 0; i < gains.length; i++) {
                gains[i].add(signs[i] * gaps[i]);
            }
        }
        decide();
        return decision;
    }

    private boolean invalid(double[] outcomes) {
        if (outcomes.length != gains.length) {
            throw new IllegalArgumentException(gains.length + " outcomes are measured, got " + outcomes.length);
        }
        for (double outcome : outcomes) {
            if (!Double.isFinite(outcome)) {
                invalidRows++;
                return true;
            }
        }
        return false;
    }

    private void decide() {
        if (decision != Decision.HOLD) {
            return;
        }
        if (Math.min(championRows, challengerRows) < plan.minimumRows()) {
            why = Why.TOO_FEW_ROWS;
            return;
        }
        for (MeanSequence gain : gains) {
            if (gain.contradicted()) {
                settle(Decision.STOPPED, Why.EFFECT_MOVED);
                return;
            }
        }
        for (int i = 1; i < gains.length; i++) {
            if (gains[i].upper() < -tolerance(i)) {
                settle(Decision.ROLL_BACK, Why.GUARDRAIL_BROKEN);
                return;
            }
        }
        decideByObjective();
        if (decision == Decision.HOLD && championRows + challengerRows >= plan.maximumRows()) {
            settle(Decision.STOPPED, Why.ROWS_EXHAUSTED);
        }
    }

    private void decideByObjective() {
        MeanSequence objective = gains[0];
        if (objective.upper() < Math.min(0, plan.minimumEffect())) {
            settle(Decision.ROLL_BACK, Why.OBJECTIVE_WORSE);
        } else if (objective.upper() < plan.minimumEffect() && objective.estimate() >= 0) {
            settle(Decision.STOPPED, Why.EFFECT_TOO_SMALL);
        } else if (objective.lower() > plan.minimumEffect()) {
            boolean guarded = true;
            for (int i = 1; i < gains.length; i++) {
                guarded &= gains[i].lower() >= -tolerance(i);
            }
            if (guarded) {
                settle(Decision.PROMOTE, Why.OBJECTIVE_BETTER);
            } else {
                why = Why.GUARDRAIL_OPEN;
            }
        } else {
            why = Why.OBJECTIVE_OPEN;
        }
    }

    private void settle(Decision settled, Why reason) {
        if (decision == Decision.HOLD) {
            decision = settled;
            why = reason;
        }
    }

    private double tolerance(int gain) {
        return plan.guardrails().get(gain - 1).tolerance();
    }

    private Outcome outcome(int gain) {
        return gain == 0 ? plan.objective() : plan.guardrails().get(gain - 1).outcome();
    }

    public Decision decision() {
        return decision;
    }

    /** All that the decision rests on, now. */
    public Evidence evidence() {
        List<Evidence.Gain> read = new ArrayList<>();
        for (int i = 0; i < gains.length; i++) {
            MeanSequence gain = gains[i];
            read.add(new Evidence.Gain(
                    outcome(i).name(), gain.count(), gain.estimate(), gain.lower(), gain.upper(), gain.clipped()));
        }
        return new Evidence(
                decision,
                why,
                championRows,
                challengerRows,
                invalidRows,
                ratio.count(0),
                ratio.count(1),
                ratio.pValue(),
                read.getFirst(),
                List.copyOf(read.subList(1, read.size())),
                plan.alphaOfEach());
    }

    /** All but the plan, which is the owner's to keep. */
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeByte(gains.length);
        for (MeanSequence gain : gains) {
            gain.write(out);
        }
        ratio.write(out);
        differences.write(out);
        out.writeLong(championRows);
        out.writeLong(challengerRows);
        out.writeLong(invalidRows);
        out.writeUTF(decision.name());
        out.writeUTF(why.name());
    }

    /**
     * A test that was written, going on under the same plan.
     *
     * @throws IOException also where it was written under a plan of other outcomes
     */
    public static ChangeTest read(DataInput in, ChangePlan plan) throws IOException {
        int version = in.readUnsignedByte();
        int outcomes = in.readUnsignedByte();
        var test = new ChangeTest(plan);
        if (version != VERSION || outcomes != test.gains.length) {
            throw new IOException("a test of version " + version + " with " + outcomes + " outcomes");
        }
        for (int i = 0; i < outcomes; i++) {
            test.gains[i] = MeanSequence.read(in);
        }
        test.ratio = SampleRatio.read(in);
        test.differences = Differences.read(in, outcomes);
        test.championRows = in.readLong();
        test.challengerRows = in.readLong();
        test.invalidRows = in.readLong();
        test.decision = Decision.valueOf(in.readUTF());
        test.why = Why.valueOf(in.readUTF());
        return test;
    }
}
