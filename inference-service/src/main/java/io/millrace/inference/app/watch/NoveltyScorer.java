package io.millrace.inference.app.watch;

import io.millrace.inference.domain.Novelty;
import io.millrace.models.kernel.outlier.IsolationForest;
import io.millrace.models.kernel.outlier.Mahalanobis;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * How unlike its reference a row is: the share of the reference's own rows whose score lies below the row's. Follows from the rows of the reference alone, so that it is the same on every replica. Immutable and safe for
 * all threads.
 */
public final class NoveltyScorer {
    /** Of the paper. */
    private static final int TREES = 100;

    private static final int SAMPLE = 256;
    private static final long SEED = 1;

    /** So many rows of the reference are scored at most: novelty has a resolution of 1 / 10,000. */
    private static final int MOST_SCORED = 10_000;

    private final ToDoubleFunction<double[]> score;
    private final double[] sorted;

    private NoveltyScorer(ToDoubleFunction<double[]> score, double[] sorted) {
        this.score = score;
        this.sorted = sorted;
    }

    /** Fits to rows of a reference, at least two; NaN is a missing value. */
    static NoveltyScorer fit(Novelty novelty, double[][] rows) {
        ToDoubleFunction<double[]> score =
                switch (novelty) {
                    case MAHALANOBIS -> Mahalanobis.fit(rows)::score;
                    case ISOLATION_FOREST -> IsolationForest.fit(rows, TREES, SAMPLE, SEED)::score;
                };
        int count = Math.min(rows.length, MOST_SCORED);
        double[] sorted = new double[count];
        for (int i = 0; i < count; i++) {
            sorted[i] = score.applyAsDouble(rows[(int) ((long) i * rows.length / count)]);
        }
        Arrays.sort(sorted);
        return new NoveltyScorer(score, sorted);
    }

    /** 0 to 1: 0.99 where the row is more unlike the reference than 99 of 100 of its rows. NaN is a missing value. */
    public double score(double[] row) {
        double value = score.applyAsDouble(row);
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (double) low / sorted.length;
    }
}
