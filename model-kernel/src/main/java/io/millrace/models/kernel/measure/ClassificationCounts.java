package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What is counted of the rows of a model that gives the chance of one class. */
final class ClassificationCounts implements Tally<ClassificationCounts> {
    private LabelCounts labels = new LabelCounts();
    private ScoreCounts scores = new ScoreCounts();
    private Reliability reliability = new Reliability();
    private Mean logLoss = new Mean();
    private Mean brier = new Mean();
    private long truePositives;
    private long falsePositives;
    private long falseNegatives;
    private long trueNegatives;
    private long invalid;

    void predicted() {
        labels.predicted();
    }

    void labelled(double score, boolean positive, double threshold, long ageMicros) {
        labels.labelled(ageMicros);
        if (!(score >= 0 && score <= 1)) {
            invalid++;
            return;
        }
        scores.add(score, positive);
        reliability.add(score, positive);
        logLoss.add(LogLoss.of(score, positive));
        double gap = positive ? 1 - score : score;
        brier.add(gap * gap);
        boolean called = score >= threshold;
        if (positive) {
            truePositives += called ? 1 : 0;
            falseNegatives += called ? 0 : 1;
        } else {
            falsePositives += called ? 1 : 0;
            trueNegatives += called ? 0 : 1;
        }
    }

    @Override
    public void add(ClassificationCounts other) {
        labels.add(other.labels);
        scores.add(other.scores);
        reliability.add(other.reliability);
        logLoss.add(other.logLoss);
        brier.add(other.brier);
        truePositives += other.truePositives;
        falsePositives += other.falsePositives;
        falseNegatives += other.falseNegatives;
        trueNegatives += other.trueNegatives;
        invalid += other.invalid;
    }

    ClassificationMeasures measures() {
        long positives = truePositives + falseNegatives;
        long rows = positives + falsePositives + trueNegatives;
        double auc = scores.auc();
        return new ClassificationMeasures(
                labels.coverage(),
                rows,
                positives,
                invalid,
                logLoss.of(rows),
                brier.of(rows),
                new Estimate(auc, Auc.hanleyMcNeil(auc, positives, rows - positives)),
                scores.aucError(),
                reliability.curve(),
                reliability.expectedError(),
                new Confusion(truePositives, falsePositives, falseNegatives, trueNegatives));
    }

    @Override
    public void write(DataOutput out) throws IOException {
        labels.write(out);
        scores.write(out);
        reliability.write(out);
        logLoss.write(out);
        brier.write(out);
        out.writeLong(truePositives);
        out.writeLong(falsePositives);
        out.writeLong(falseNegatives);
        out.writeLong(trueNegatives);
        out.writeLong(invalid);
    }

    static ClassificationCounts read(DataInput in) throws IOException {
        var counts = new ClassificationCounts();
        counts.labels = LabelCounts.read(in);
        counts.scores = ScoreCounts.read(in);
        counts.reliability = Reliability.read(in);
        counts.logLoss = Mean.read(in);
        counts.brier = Mean.read(in);
        counts.truePositives = in.readLong();
        counts.falsePositives = in.readLong();
        counts.falseNegatives = in.readLong();
        counts.trueNegatives = in.readLong();
        counts.invalid = in.readLong();
        return counts;
    }
}
