package io.millrace.models.kernel.learn;

/** What came of an example that was given to learn from. All but {@link #LEARNED} leave the learner as it was, to the bit. */
public enum Outcome {
    LEARNED,
    /** A number of the row is NaN or infinite. */
    FEATURE_NOT_FINITE,
    /** A number of the row, or a product of two, is beyond ±1e100: its square would not be finite. */
    FEATURE_TOO_LARGE,
    LABEL_NOT_FINITE,
    /** A classifier's label is not 0 or 1, or a number is beyond ±1e100. */
    LABEL_OUT_OF_RANGE,
    /** The learner's own prediction is not finite: its settings let it diverge. */
    DIVERGED;

    private static final double LARGEST = 1e100;

    static Outcome ofRow(Example example) {
        for (double value : example.dense) {
            if (!(Math.abs(value) <= LARGEST)) return Double.isFinite(value) ? FEATURE_TOO_LARGE : FEATURE_NOT_FINITE;
        }
        return LEARNED;
    }

    static Outcome ofClass(double label) {
        if (label == 0 || label == 1) return LEARNED;
        return Double.isFinite(label) ? LABEL_OUT_OF_RANGE : LABEL_NOT_FINITE;
    }

    static Outcome ofNumber(double label) {
        if (Math.abs(label) <= LARGEST) return LEARNED;
        return Double.isFinite(label) ? LABEL_OUT_OF_RANGE : LABEL_NOT_FINITE;
    }
}
