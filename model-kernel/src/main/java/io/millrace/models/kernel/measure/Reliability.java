package io.millrace.models.kernel.measure;

import io.millrace.features.kernel.state.ExactSum;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The reliability curve (DeGroot and Fienberg 1983): of the rows whose score fell into each tenth, what the scores were on average and how many turned out positive. Expected calibration error as in
 * Naeini, Cooper and Hauskrecht 2015.
 */
final class Reliability implements Tally<Reliability> {
    static final int BINS = 10;

    private final long[] rows = new long[BINS];
    private final long[] positives = new long[BINS];
    private final ExactSum[] scores = new ExactSum[BINS];

    Reliability() {
        for (int i = 0; i < BINS; i++) {
            scores[i] = new ExactSum();
        }
    }

    void add(double score, boolean positive) {
        int bin = Math.min(BINS - 1, (int) (score * BINS));
        rows[bin]++;
        positives[bin] += positive ? 1 : 0;
        scores[bin].add(score);
    }

    @Override
    public void add(Reliability other) {
        for (int i = 0; i < BINS; i++) {
            rows[i] += other.rows[i];
            positives[i] += other.positives[i];
            scores[i].add(other.scores[i]);
        }
    }

    List<CalibrationPoint> curve() {
        var curve = new ArrayList<CalibrationPoint>();
        for (int i = 0; i < BINS; i++) {
            double mean = rows[i] == 0 ? Double.NaN : scores[i].round() / rows[i];
            double share = rows[i] == 0 ? Double.NaN : (double) positives[i] / rows[i];
            curve.add(new CalibrationPoint((double) i / BINS, (i + 1.0) / BINS, rows[i], mean, share));
        }
        return List.copyOf(curve);
    }

    double expectedError() {
        double sum = 0;
        long all = 0;
        for (int i = 0; i < BINS; i++) {
            sum += Math.abs(scores[i].round() - positives[i]);
            all += rows[i];
        }
        return sum / all;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        for (int i = 0; i < BINS; i++) {
            out.writeLong(rows[i]);
            out.writeLong(positives[i]);
            Sums.write(scores[i], out);
        }
    }

    static Reliability read(DataInput in) throws IOException {
        var read = new Reliability();
        for (int i = 0; i < BINS; i++) {
            read.rows[i] = in.readLong();
            read.positives[i] = in.readLong();
            read.scores[i] = Sums.read(in);
        }
        return read;
    }
}
