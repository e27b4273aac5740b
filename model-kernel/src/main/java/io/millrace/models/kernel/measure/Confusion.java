package io.millrace.models.kernel.measure;

/** How the calls at a threshold turned out: a row is called positive where its score is at the threshold or above. */
public record Confusion(long truePositives, long falsePositives, long falseNegatives, long trueNegatives) {
    /** Of what was called positive, the share that was; NaN where nothing was called. */
    public double precision() {
        return ratio(truePositives, truePositives + falsePositives);
    }

    /** Of what was positive, the share that was called; NaN where nothing was positive. */
    public double recall() {
        return ratio(truePositives, truePositives + falseNegatives);
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? Double.NaN : (double) part / whole;
    }
}
