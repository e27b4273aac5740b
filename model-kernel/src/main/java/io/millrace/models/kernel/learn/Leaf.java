package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A leaf: the weight of each class, and while it is active what it saw of the columns. */
final class Leaf implements TreeNode {
    /** Inherited at the split, and seen since. */
    final double[] total = new double[2];

    final double[] seen = new double[2];
    double lastAttempt;
    private double shareRight;
    private double bayesRight;

    /** Null once the leaf is not active. */
    @Nullable
    Observations observations;

    Leaf(double negative, double positive, Observations observations) {
        total[0] = negative;
        total[1] = positive;
        lastAttempt = negative + positive;
        this.observations = observations;
    }

    private Leaf() {}

    double weight() {
        return total[0] + total[1];
    }

    /** The weight that is not of the larger class: what a split could win at most. */
    double promise() {
        return Math.min(total[0], total[1]);
    }

    double share() {
        double weight = weight();
        return weight > 0 ? total[1] / weight : 0.5;
    }

    double probability(Example example, TreeSettings.LeafPrediction by) {
        Observations of = observations;
        if (by == TreeSettings.LeafPrediction.SHARE || of == null || bayesRight < shareRight) return share();
        return bayes(of, example);
    }

    void learn(Example example, int label, double weight, TreeSettings.LeafPrediction by) {
        Observations of = observations;
        if (of != null && by == TreeSettings.LeafPrediction.ADAPTIVE_NAIVE_BAYES) {
            if (share() > 0.5 == (label == 1)) shareRight += weight;
            if (bayes(of, example) > 0.5 == (label == 1)) bayesRight += weight;
        }
        total[label] += weight;
        seen[label] += weight;
        if (of != null) of.add(example, label, weight, seen[label]);
    }

    /** Whether naive Bayes can be asked: both classes were seen. */
    private boolean knowsBoth() {
        return seen[0] > 0 && seen[1] > 0;
    }

    private double bayes(Observations of, Example example) {
        if (!knowsBoth()) return share();
        int n = of.columns.length;
        double score = StrictMath.log(total[1] / total[0]);
        double ratio = 1;
        for (int i = 0; i < n; i++) {
            Observations.Slots category = of.slots(i);
            if (category != null) {
                int slot = example.slots[of.columns[i] - example.dense.length];
                // With Laplace's correction, so that a slot that one class has not seen does not decide alone.
                ratio *= smoothed(category, 1, slot) / smoothed(category, 0, slot);
            } else {
                double negative = of.variance(0, i, seen[0]);
                double positive = of.variance(1, i, seen[1]);
                if (negative == 0) continue;
                double value = example.dense[of.columns[i]];
                double fromNegative = value - of.means[i];
                double fromPositive = value - of.means[n + i];
                score += 0.5 * (fromNegative * fromNegative / negative - fromPositive * fromPositive / positive);
                ratio *= Math.sqrt(negative / positive);
            }
            if (ratio < 1e-100 || ratio > 1e100) {
                score += StrictMath.log(ratio);
                ratio = 1;
            }
        }
        return LinearForm.Link.LOGISTIC.of(score + StrictMath.log(ratio));
    }

    private double smoothed(Observations.Slots category, int label, int slot) {
        return (category.weight(label, slot) + 1) / (seen[label] + category.size + 1);
    }

    /** The leaf as plain numbers; null where its prediction needs categories. */
    TreeForm.@Nullable Node form(TreeSettings.LeafPrediction by) {
        Observations of = observations;
        if (by == TreeSettings.LeafPrediction.SHARE || of == null || bayesRight < shareRight || !knowsBoth()) {
            return new TreeForm.Share(share());
        }
        if (of.hasCategories()) return null;
        int n = of.columns.length;
        double[] curves = new double[2 * n];
        double constant = StrictMath.log(total[1] / total[0]);
        for (int i = 0; i < n; i++) {
            double negative = of.variance(0, i, seen[0]);
            double positive = of.variance(1, i, seen[1]);
            if (negative == 0) continue;
            curves[i] = 0.5 / negative;
            curves[n + i] = -0.5 / positive;
            constant += 0.5 * StrictMath.log(negative / positive);
        }
        return new TreeForm.Bayes(constant, of.columns.clone(), of.means.clone(), curves);
    }

    void write(DataOutput out) throws IOException {
        States.write(out, total);
        States.write(out, seen);
        out.writeDouble(lastAttempt);
        out.writeDouble(shareRight);
        out.writeDouble(bayesRight);
        Observations of = observations;
        out.writeBoolean(of != null);
        if (of != null) of.write(out);
    }

    static Leaf read(DataInput in, int dense) throws IOException {
        Leaf leaf = new Leaf();
        States.read(in, leaf.total);
        States.read(in, leaf.seen);
        leaf.lastAttempt = in.readDouble();
        leaf.shareRight = in.readDouble();
        leaf.bayesRight = in.readDouble();
        if (in.readBoolean()) leaf.observations = Observations.read(in, dense);
        return leaf;
    }
}
