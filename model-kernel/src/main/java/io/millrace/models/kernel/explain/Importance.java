package io.millrace.models.kernel.explain;

import io.millrace.features.kernel.state.ExactSum;

/** Global importance: the mean size of each feature's contributions over many rows (Lundberg et al. 2020, section 2.2), the same in any order of the rows. Not thread-safe. */
public final class Importance {
    private final ExactSum[] sizes;
    private final ExactSum[] signed;
    private long rows;

    public Importance(int features) {
        sizes = new ExactSum[features];
        signed = new ExactSum[features];
        for (int i = 0; i < features; i++) {
            sizes[i] = new ExactSum();
            signed[i] = new ExactSum();
        }
    }

    public void add(Contributions contributions) {
        rows++;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i].add(Math.abs(contributions.values()[i]));
            signed[i].add(contributions.values()[i]);
        }
    }

    public long rows() {
        return rows;
    }

    /** Mean of |contribution| by feature, in the unit of the score; NaN without rows. */
    public double[] importance() {
        return means(sizes);
    }

    /** Mean contribution by feature: near 0 on rows like the reference, and off it where rows have moved. */
    public double[] meanContribution() {
        return means(signed);
    }

    private double[] means(ExactSum[] sums) {
        double[] means = new double[sums.length];
        for (int i = 0; i < means.length; i++) {
            means[i] = rows == 0 ? Double.NaN : sums[i].round() / rows;
        }
        return means;
    }
}
