package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How far predictions were off that were made before their labels were learned, added up in the order in which they came. */
public final class ProgressiveErrors {
    private static final byte VERSION = 1;

    private final boolean classes;
    private long count;
    private long truePositives;
    private long falsePositives;
    private long falseNegatives;
    private double logLoss;
    private double absolute;
    private double squared;

    /** @param classes whether labels are 0 and 1 */
    public ProgressiveErrors(boolean classes) {
        this.classes = classes;
    }

    /** Takes a prediction with its label; one that is not finite is left out. */
    public void add(double prediction, double label) {
        if (!Double.isFinite(prediction) || !Double.isFinite(label)) return;
        count++;
        double distance = Math.abs(prediction - label);
        absolute += distance;
        squared += distance * distance;
        if (!classes) return;
        boolean says = prediction > 0.5;
        boolean is = label == 1;
        if (says && is) truePositives++;
        else if (says) falsePositives++;
        else if (is) falseNegatives++;
        double probability = is ? prediction : 1 - prediction;
        logLoss -= StrictMath.log(Math.max(probability, 1e-15));
    }

    /** How many predictions were measured. */
    public long count() {
        return count;
    }

    /** The share of right classes, positive being a probability above 0.5. */
    public double accuracy() {
        return 1 - (double) (falsePositives + falseNegatives) / count;
    }

    public double f1() {
        return 2.0 * truePositives / (2.0 * truePositives + falsePositives + falseNegatives);
    }

    /** In nats, probabilities cut at 1e-15. */
    public double logLoss() {
        return logLoss / count;
    }

    /** The mean square; of classes Brier's score. */
    public double meanSquaredError() {
        return squared / count;
    }

    public double meanAbsoluteError() {
        return absolute / count;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeBoolean(classes);
        for (long value : new long[] {count, truePositives, falsePositives, falseNegatives}) out.writeLong(value);
        States.write(out, new double[] {logLoss, absolute, squared});
    }

    public static ProgressiveErrors read(DataInput in) throws IOException {
        byte version = in.readByte();
        if (version != VERSION) throw new IOException("errors of version " + version + " are not known");
        var errors = new ProgressiveErrors(in.readBoolean());
        errors.count = in.readLong();
        errors.truePositives = in.readLong();
        errors.falsePositives = in.readLong();
        errors.falseNegatives = in.readLong();
        errors.logLoss = in.readDouble();
        errors.absolute = in.readDouble();
        errors.squared = in.readDouble();
        return errors;
    }
}
