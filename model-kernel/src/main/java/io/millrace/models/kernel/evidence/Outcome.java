package io.millrace.models.kernel.evidence;

/**
 * What is measured of each row of both arms.
 *
 * @param name as people call it
 * @param better which direction is good
 * @param low no value lies below; −∞ where nothing is known
 * @param high no value lies above; +∞ where nothing is known. With both bounds finite the test holds at every count and for every distribution; without, only for many rows
 */
public record Outcome(String name, Better better, double low, double high) {
    /** Which way is good. */
    public enum Better {
        HIGHER,
        LOWER
    }

    public Outcome {
        if (!(low < high)) {
            throw new IllegalArgumentException("the range of " + name + " is empty: [" + low + ", " + high + "]");
        }
    }

    boolean bounded() {
        return Double.isFinite(high - low);
    }
}
