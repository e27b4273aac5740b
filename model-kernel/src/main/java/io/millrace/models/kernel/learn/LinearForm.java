package io.millrace.models.kernel.learn;

/**
 * A linear model as plain numbers, the standardisation folded in: link(intercept + Σ slope · cut(x) + Σ (constant + slope · cut(number)) of the slots
 * that a row has). It does not change when its learner goes on.
 *
 * @param space what the columns and slots are
 * @param slopes of each dense column
 * @param lowest what each dense column is cut to before it is used; −∞ where it is not
 * @param highest the same above
 * @param slotConstants of each slot of all fields
 * @param slotSlopes of each slot, by the numeric column that its field is multiplied with; 0 where there is none
 */
public record LinearForm(
        FeatureSpace space,
        Link link,
        double intercept,
        double[] slopes,
        double[] lowest,
        double[] highest,
        double[] slotConstants,
        double[] slotSlopes) {
    /** From the score to the prediction. */
    public enum Link {
        IDENTITY,
        /** 1 / (1 + e^−score). */
        LOGISTIC;

        double of(double score) {
            return this == IDENTITY ? score : 1 / (1 + StrictMath.exp(-score));
        }
    }

    /** What the learner predicts for a row, but for rounding: its terms are the learner's, in another order of multiplication. */
    public double evaluate(Example example) {
        double score = intercept;
        for (int i = 0; i < slopes.length; i++) score += slopes[i] * cut(example, i);
        for (int field = 0; field < space.sparseFields(); field++) {
            int slot = example.slots[field];
            if (slot < 0) continue;
            int at = space.offset(field) + slot;
            int number = space.multiplier(field);
            score += number < 0 ? slotConstants[at] : slotConstants[at] + slotSlopes[at] * cut(example, number);
        }
        return link.of(score);
    }

    private double cut(Example example, int column) {
        return Math.clamp(example.dense[column], lowest[column], highest[column]);
    }
}
