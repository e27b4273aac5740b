package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What is counted of the rows of a model that gives a number. */
final class RegressionCounts implements Tally<RegressionCounts> {
    private LabelCounts labels = new LabelCounts();
    private Mean error = new Mean();
    private Mean absolute = new Mean();
    private Mean pinball = new Mean();
    private long rows;
    private long invalid;

    void predicted() {
        labels.predicted();
    }

    void labelled(double predicted, double actual, double quantile, long ageMicros) {
        labels.labelled(ageMicros);
        double gap = actual - predicted;
        if (!Double.isFinite(gap * gap)) {
            invalid++;
            return;
        }
        rows++;
        error.add(gap);
        absolute.add(Math.abs(gap));
        pinball.add(pinball(gap, quantile));
    }

    private static double pinball(double gap, double quantile) {
        return gap >= 0 ? quantile * gap : (quantile - 1) * gap;
    }

    @Override
    public void add(RegressionCounts other) {
        labels.add(other.labels);
        error.add(other.error);
        absolute.add(other.absolute);
        pinball.add(other.pinball);
        rows += other.rows;
        invalid += other.invalid;
    }

    RegressionMeasures measures() {
        return new RegressionMeasures(
                labels.coverage(),
                rows,
                invalid,
                absolute.of(rows),
                error.rootMeanSquare(rows),
                error.of(rows),
                pinball.of(rows));
    }

    @Override
    public void write(DataOutput out) throws IOException {
        labels.write(out);
        error.write(out);
        absolute.write(out);
        pinball.write(out);
        out.writeLong(rows);
        out.writeLong(invalid);
    }

    static RegressionCounts read(DataInput in) throws IOException {
        var counts = new RegressionCounts();
        counts.labels = LabelCounts.read(in);
        counts.error = Mean.read(in);
        counts.absolute = Mean.read(in);
        counts.pinball = Mean.read(in);
        counts.rows = in.readLong();
        counts.invalid = in.readLong();
        return counts;
    }
}
