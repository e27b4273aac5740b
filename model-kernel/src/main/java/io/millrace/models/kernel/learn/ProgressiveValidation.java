package io.millrace.models.kernel.learn;

import java.util.ArrayDeque;

/**
 * Each example is predicted before it is learned, and is learned once a number of later ones were predicted, on the row that the prediction saw (Blum,
 * Kalai and Langford 1999, "Beating the hold-out", COLT). So every row is a test, none is tested after it was learned, and labels may be late.
 */
public final class ProgressiveValidation {
    private final Learner learner;
    private final int delay;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final boolean classes;
    private long count;
    private long refused;
    private long truePositives;
    private long falsePositives;
    private long falseNegatives;
    private double logLoss;
    private double absolute;
    private double squared;

    private record Waiting(Example example, double label) {}

    /** @param delay how many later examples are predicted before one is learned; 0 for at once */
    public ProgressiveValidation(Learner learner, int delay) {
        if (delay < 0) throw new IllegalArgumentException("delay must be at least 0, was " + delay);
        this.learner = learner;
        this.delay = delay;
        classes = learner instanceof Classifier;
    }

    /** Predicts the row, counts how far it is off, and learns what is due. Returns the prediction. */
    public double offer(Example example, double label) {
        double prediction = learner.predict(example);
        if (Double.isFinite(prediction) && Double.isFinite(label)) measure(prediction, label);
        if (delay == 0) {
            learn(example, label);
            return prediction;
        }
        waiting.add(new Waiting(example, label));
        if (waiting.size() > delay) {
            Waiting due = waiting.remove();
            learn(due.example(), due.label());
        }
        return prediction;
    }

    private void learn(Example example, double label) {
        if (learner.learn(example, label) != Outcome.LEARNED) refused++;
    }

    private void measure(double prediction, double label) {
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

    /** How many examples the learner refused. */
    public long refused() {
        return refused;
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
}
