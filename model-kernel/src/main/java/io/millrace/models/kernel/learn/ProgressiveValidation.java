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
    private final ProgressiveErrors errors;
    private long refused;

    private record Waiting(Example example, double label) {}

    /** @param delay how many later examples are predicted before one is learned; 0 for at once */
    public ProgressiveValidation(Learner learner, int delay) {
        if (delay < 0) throw new IllegalArgumentException("delay must be at least 0, was " + delay);
        this.learner = learner;
        this.delay = delay;
        errors = new ProgressiveErrors(learner instanceof Classifier);
    }

    /** Predicts the row, counts how far it is off, and learns what is due. Returns the prediction. */
    public double offer(Example example, double label) {
        double prediction = learner.predict(example);
        errors.add(prediction, label);
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

    /** How many predictions were measured. */
    public long count() {
        return errors.count();
    }

    /** How many examples the learner refused. */
    public long refused() {
        return refused;
    }

    /** The share of right classes, positive being a probability above 0.5. */
    public double accuracy() {
        return errors.accuracy();
    }

    public double f1() {
        return errors.f1();
    }

    /** In nats, probabilities cut at 1e-15. */
    public double logLoss() {
        return errors.logLoss();
    }

    /** The mean square; of classes Brier's score. */
    public double meanSquaredError() {
        return errors.meanSquaredError();
    }

    public double meanAbsoluteError() {
        return errors.meanAbsoluteError();
    }
}
