package io.millrace.models.kernel.drift;

import io.millrace.models.kernel.measure.Tally;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;

/** How the rows of some time fall into the cells of a reference. Of the categories that it does not know, the first sixteen by name are kept. Not thread-safe. */
public final class FeatureCounts implements Tally<FeatureCounts> {
    private static final int NAMES = 16;

    private final FeatureReference reference;
    private final long[] cells;
    private long missing;
    private long imputed;
    private final TreeSet<String> unknown = new TreeSet<>();

    public FeatureCounts(FeatureReference reference) {
        this.reference = reference;
        this.cells = new long[reference.cells()];
    }

    /** A value; NaN is a missing one. */
    public void add(double value) {
        if (Double.isNaN(value)) {
            missing++;
        } else {
            cells[reference.cell(value)]++;
        }
    }

    /** A category. */
    public void add(String category) {
        int cell = reference.cell(category);
        cells[cell]++;
        if (cell == cells.length - 1) {
            keep(category);
        }
    }

    /** A row without a value, and whether the model was given another in its place. */
    public void addMissing(boolean wasImputed) {
        missing++;
        imputed += wasImputed ? 1 : 0;
    }

    private void keep(String category) {
        unknown.add(category);
        if (unknown.size() > NAMES) {
            unknown.pollLast();
        }
    }

    @Override
    public void add(FeatureCounts other) {
        for (int i = 0; i < cells.length; i++) {
            cells[i] += other.cells[i];
        }
        missing += other.missing;
        imputed += other.imputed;
        other.unknown.forEach(this::keep);
    }

    /**
     * These rows as a reference, in the same cells: to compare with the same hour of earlier weeks. Categories that were new in them cannot be told from newer ones.
     */
    public FeatureReference asReference() {
        return reference.of(cells.clone(), missing);
    }

    /** The same rows under another reference of the same cells, such as {@link #asReference} made of the rows of another time. */
    public FeatureCounts against(FeatureReference other) {
        if (other.cells() != cells.length || !other.name().equals(reference.name())) {
            throw new IllegalArgumentException(other.name() + " has other cells than " + reference.name());
        }
        var counts = new FeatureCounts(other);
        counts.add(this);
        return counts;
    }

    /** How many rows were counted, those without a value among them. */
    public long rows() {
        return present() + missing;
    }

    /**
     * The number below which this share of the values lies, as exactly as the cells tell: within a cell values are taken to be spread evenly, and beyond what the reference saw they are its ends. NaN of
     * categories, and where there are no values.
     *
     * @param share 0 to 1
     */
    public double quantile(double share) {
        long all = present();
        if (!reference.isNumeric() || all == 0 || cells.length < 2) {
            return Double.NaN;
        }
        double wanted = share * all;
        long below = 0;
        for (int cell = 0; cell < cells.length; cell++) {
            if (cells[cell] > 0 && below + cells[cell] >= wanted) {
                double from = reference.edge(cell - 1);
                double to = reference.edge(cell);
                return from + (to - from) * Math.max(0, wanted - below) / cells[cell];
            }
            below += cells[cell];
        }
        return reference.edge(cells.length - 1);
    }

    FeatureReference reference() {
        return reference;
    }

    long count(int cell) {
        return cells[cell];
    }

    long present() {
        long sum = 0;
        for (long cell : cells) {
            sum += cell;
        }
        return sum;
    }

    long missing() {
        return missing;
    }

    long imputed() {
        return imputed;
    }

    SortedSet<String> unknown() {
        return unknown;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        for (long cell : cells) {
            out.writeLong(cell);
        }
        out.writeLong(missing);
        out.writeLong(imputed);
        out.writeByte(unknown.size());
        for (String category : unknown) {
            out.writeUTF(category);
        }
    }

    /** Counts that were written, under the same reference. */
    public static FeatureCounts read(DataInput in, FeatureReference reference) throws IOException {
        var counts = new FeatureCounts(reference);
        for (int i = 0; i < counts.cells.length; i++) {
            counts.cells[i] = in.readLong();
        }
        counts.missing = in.readLong();
        counts.imputed = in.readLong();
        int names = in.readUnsignedByte();
        for (int i = 0; i < names; i++) {
            counts.keep(in.readUTF());
        }
        return counts;
    }
}
