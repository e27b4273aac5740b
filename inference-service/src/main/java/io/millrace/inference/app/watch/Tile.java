package io.millrace.inference.app.watch;

import io.millrace.models.kernel.drift.FeatureCounts;
import io.millrace.models.kernel.drift.FeatureReference;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rows of some time, counted under a reference. Follows from the rows alone, not from their order. Not thread-safe. */
final class Tile {
    private static final int VERSION = 1;

    private final Reference reference;
    private final FeatureCounts[] counts;
    private final @Nullable FeatureCounts score;
    private final long[] aged;
    private final long[] ageMillis;
    private final int mostSampled;
    private final TreeMap<Long, SampleRow> sample = new TreeMap<>();
    private boolean isSampled = true;
    private long rows;

    /** Whether it is not kept as it is. */
    private boolean changed;

    Tile(Reference reference, int mostSampled) {
        this.reference = reference;
        this.mostSampled = mostSampled;
        List<FeatureReference> columns = reference.columns();
        this.counts = new FeatureCounts[columns.size()];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new FeatureCounts(columns.get(i));
        }
        FeatureReference scores = reference.score();
        this.score = scores == null ? null : new FeatureCounts(scores);
        this.aged = new long[counts.length];
        this.ageMillis = new long[counts.length];
    }

    void add(WatchedRow row) {
        rows++;
        changed = true;
        for (int i = 0; i < counts.length; i++) {
            FeatureReference column = reference.columns().get(i);
            add(counts[i], column, row.values().get(column.name()), row);
            Long age = row.ageMillis().get(column.name());
            if (age != null) {
                aged[i]++;
                ageMillis[i] += age;
            }
        }
        if (score != null) {
            score.add(row.score());
        }
        if (isSampled && (sample.size() < mostSampled || row.order() < sample.lastKey())) {
            keep(sampled(row));
        }
    }

    private static void add(FeatureCounts counts, FeatureReference column, @Nullable Object value, WatchedRow row) {
        double number = number(value);
        if (value == null || column.isNumeric() && Double.isNaN(number)) {
            counts.addMissing(row.imputed().contains(column.name()));
        } else if (column.isNumeric()) {
            counts.add(number);
        } else {
            counts.add(SampleRow.category(value.toString()));
        }
    }

    /** A value as a number; NaN where it is none. */
    static double number(@Nullable Object value) {
        return switch (value) {
            case Boolean flag -> flag ? 1 : 0;
            case Number number -> number.doubleValue();
            case null, default -> Double.NaN;
        };
    }

    private SampleRow sampled(WatchedRow row) {
        double[] numbers = new double[counts.length];
        @Nullable String[] texts = new String[counts.length];
        for (int i = 0; i < counts.length; i++) {
            FeatureReference column = reference.columns().get(i);
            Object value = row.values().get(column.name());
            numbers[i] = column.isNumeric() ? number(value) : Double.NaN;
            texts[i] = column.isNumeric() || value == null ? null : SampleRow.category(value.toString());
        }
        return new SampleRow(row.order(), numbers, texts, row.score());
    }

    private void keep(SampleRow row) {
        sample.put(row.order, row);
        if (sample.size() > mostSampled) {
            sample.pollLastEntry();
        }
    }

    /** Takes in the rows of another tile of the same reference. */
    void add(Tile other) {
        rows += other.rows;
        for (int i = 0; i < counts.length; i++) {
            counts[i].add(other.counts[i]);
            aged[i] += other.aged[i];
            ageMillis[i] += other.ageMillis[i];
        }
        if (score != null && other.score != null) {
            score.add(other.score);
        }
        for (Map.Entry<Long, SampleRow> each : other.sample.entrySet()) {
            keep(each.getValue());
        }
    }

    long rows() {
        return rows;
    }

    FeatureCounts counts(int column) {
        return counts[column];
    }

    /** Of the predictions; null where the reference does not know them. */
    @Nullable
    FeatureCounts score() {
        return score;
    }

    /** How old a column's values were on average, in seconds; NaN where that is not known. */
    double ageSeconds(int column) {
        return aged[column] == 0 ? Double.NaN : ageMillis[column] / 1_000.0 / aged[column];
    }

    Collection<SampleRow> sample() {
        return sample.values();
    }

    /** Lets go of the single rows; no more are kept. */
    void forgetSample() {
        if (!sample.isEmpty()) {
            sample.clear();
            changed = true;
        }
        isSampled = false;
    }

    boolean isChanged() {
        return changed;
    }

    void kept() {
        changed = false;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(rows);
        for (int i = 0; i < counts.length; i++) {
            counts[i].write(out);
            out.writeLong(aged[i]);
            out.writeLong(ageMillis[i]);
        }
        if (score != null) {
            score.write(out);
        }
        out.writeShort(sample.size());
        for (SampleRow row : sample.values()) {
            row.write(out);
        }
    }

    static Tile read(DataInput in, Reference reference, int mostSampled) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a tile of version " + version);
        }
        var tile = new Tile(reference, mostSampled);
        tile.rows = in.readLong();
        for (int i = 0; i < tile.counts.length; i++) {
            tile.counts[i].add(FeatureCounts.read(in, reference.columns().get(i)));
            tile.aged[i] = in.readLong();
            tile.ageMillis[i] = in.readLong();
        }
        FeatureReference scores = reference.score();
        if (tile.score != null && scores != null) {
            tile.score.add(FeatureCounts.read(in, scores));
        }
        int sampled = in.readUnsignedShort();
        for (int i = 0; i < sampled; i++) {
            tile.keep(SampleRow.read(in, tile.counts.length));
        }
        return tile;
    }
}
