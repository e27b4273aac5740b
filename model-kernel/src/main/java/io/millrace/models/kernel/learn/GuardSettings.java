package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Settings of a guard.
 *
 * @param window examples between two judgements, those that are refused included; at least 100
 * @param sourceShare (0, 1]: how much of a window one source may give
 * @param lossTolerance 0 to 1: the rise of the mean loss, itself 0 to 1, that is let pass beside chance; 1 judges nothing
 * @param shareTolerance 0 to 1: the same for the share of positive labels
 * @param falseAlarm (0, 1): how often, at most, chance alone may break a bound at a judgement with a tolerance of 0
 * @param lowest label of a regressor; lower ones are refused
 * @param highest label of a regressor; higher ones are refused
 */
public record GuardSettings(
        int window,
        double sourceShare,
        double lossTolerance,
        double shareTolerance,
        double falseAlarm,
        double lowest,
        double highest) {
    /** For a classifier. */
    public static final GuardSettings OF_CLASSES = new GuardSettings(1000, 1, 0.05, 0.2, 1e-6, 0, 1);

    public GuardSettings {
        if (window < 100) throw new IllegalArgumentException("window must be at least 100, was " + window);
        unit("source share", sourceShare);
        unit("loss tolerance", lossTolerance);
        unit("share tolerance", shareTolerance);
        if (!(sourceShare > 0)) throw new IllegalArgumentException("source share must be above 0");
        if (!(falseAlarm > 0 && falseAlarm < 1)) {
            throw new IllegalArgumentException("false alarm must be in (0, 1), was " + falseAlarm);
        }
        if (!(lowest < highest))
            throw new IllegalArgumentException("lowest must be below highest: " + lowest + " " + highest);
    }

    private static void unit(String what, double value) {
        if (!(value >= 0 && value <= 1)) throw new IllegalArgumentException(what + " must be 0 to 1, was " + value);
    }

    /** For a regressor with labels in a range. */
    public static GuardSettings ofNumbers(double lowest, double highest) {
        return new GuardSettings(1000, 1, 0.05, 1, 1e-6, lowest, highest);
    }

    public GuardSettings withSourceShare(double share) {
        return new GuardSettings(window, share, lossTolerance, shareTolerance, falseAlarm, lowest, highest);
    }

    /** How many examples of a window one source may give. */
    int mostOfASource() {
        return (int) Math.max(1, Math.floor(sourceShare * window));
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(window);
        States.write(out, new double[] {sourceShare, lossTolerance, shareTolerance, falseAlarm, lowest, highest});
    }

    static GuardSettings read(DataInput in) throws IOException {
        return new GuardSettings(
                in.readInt(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble(),
                in.readDouble());
    }
}
