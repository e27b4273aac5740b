package io.millrace.inference.app.watch;

import io.millrace.inference.app.watch.ReferenceTable.Column.Numbers;
import io.millrace.inference.app.watch.ReferenceTable.Column.Texts;
import io.millrace.models.kernel.drift.FeatureReference;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** How the columns of a model's rows and its predictions were distributed: what rows of now are compared with. Immutable. */
final class Reference {
    private static final int VERSION = 1;
    private static final int BINS = 10;
    private static final int SCORE_BINS = 100;
    private static final int MOST_CATEGORIES = 1_000;

    /** Rows that are kept as they are, for what looks at several columns at once. */
    private static final int SAMPLE = 1_000;

    /** A name for the predictions among the columns. */
    static final String SCORE = "prediction";

    private final Origin origin;
    private final long rows;
    private final List<FeatureReference> columns;
    private final @Nullable FeatureReference score;
    private final List<SampleRow> sample;

    /** Where the rows came from. */
    enum Origin {
        /** They lie beside the model. */
        REGISTERED,
        /** The version's first predictions. */
        OBSERVED
    }

    private Reference(
            Origin origin,
            long rows,
            List<FeatureReference> columns,
            @Nullable FeatureReference score,
            List<SampleRow> sample) {
        this.origin = origin;
        this.rows = rows;
        this.columns = List.copyOf(columns);
        this.score = score;
        this.sample = List.copyOf(sample);
    }

    /** Of rows that lie beside the model; the column of its predictions is not among the others. */
    static Reference of(ReferenceTable table, Optional<String> score) {
        return of(Origin.REGISTERED, table, score.flatMap(table::find).orElse(null));
    }

    /** Of the first rows that were predicted, whose predictions are the column {@link #SCORE}. */
    static Reference observed(ReferenceTable table) {
        return of(Origin.OBSERVED, table, table.find(SCORE).orElse(null));
    }

    private static Reference of(Origin origin, ReferenceTable table, ReferenceTable.@Nullable Column score) {
        List<ReferenceTable.Column> columns =
                table.columns().stream().filter(column -> column != score).toList();
        return new Reference(
                origin,
                table.rows(),
                columns.stream().map(Reference::cells).toList(),
                score instanceof Numbers numbers ? FeatureReference.numeric(SCORE, numbers.values(), SCORE_BINS) : null,
                sample(columns, score, table.rows()));
    }

    private static FeatureReference cells(ReferenceTable.Column column) {
        String name = FeatureNames.plain(column.name());
        return switch (column) {
            case Numbers numbers -> FeatureReference.numeric(name, numbers.values(), BINS);
            case Texts texts -> {
                var counts = new TreeMap<String, Long>();
                long missing = 0;
                for (String value : texts.values()) {
                    if (value == null) {
                        missing++;
                    } else {
                        counts.merge(SampleRow.category(value), 1L, Long::sum);
                    }
                }
                yield FeatureReference.categorical(name, counts, missing, MOST_CATEGORIES);
            }
        };
    }

    private static List<SampleRow> sample(
            List<ReferenceTable.Column> columns, ReferenceTable.@Nullable Column score, int rows) {
        return LongStream.range(0, rows)
                .boxed()
                .sorted(Comparator.comparingLong(SampleRow::order))
                .limit(SAMPLE)
                .map(row -> row(columns, score, Math.toIntExact(row)))
                .toList();
    }

    private static SampleRow row(List<ReferenceTable.Column> columns, ReferenceTable.@Nullable Column score, int row) {
        double[] numbers = new double[columns.size()];
        @Nullable String[] texts = new String[columns.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Double.NaN;
            switch (columns.get(i)) {
                case Numbers given -> numbers[i] = given.values()[row];
                case Texts given -> {
                    String text = given.values()[row];
                    texts[i] = text == null ? null : SampleRow.category(text);
                }
            }
        }
        return new SampleRow(
                SampleRow.order(row),
                numbers,
                texts,
                score instanceof Numbers given ? given.values()[row] : Double.NaN);
    }

    Origin origin() {
        return origin;
    }

    long rows() {
        return rows;
    }

    /** The columns that are compared, features under their names without a version. */
    List<FeatureReference> columns() {
        return columns;
    }

    /** Of the predictions; null where they are not known. */
    @Nullable
    FeatureReference score() {
        return score;
    }

    /** Some of the rows, the same each time. */
    List<SampleRow> sample() {
        return sample;
    }

    void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeByte(origin.ordinal());
        out.writeLong(rows);
        out.writeShort(columns.size());
        for (FeatureReference column : columns) {
            column.write(out);
        }
        out.writeBoolean(score != null);
        if (score != null) {
            score.write(out);
        }
        out.writeShort(sample.size());
        for (SampleRow row : sample) {
            row.write(out);
        }
    }

    static Reference read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a reference of version " + version);
        }
        Origin origin = Origin.values()[in.readUnsignedByte()];
        long rows = in.readLong();
        int count = in.readUnsignedShort();
        var columns = new ArrayList<FeatureReference>(count);
        for (int i = 0; i < count; i++) {
            columns.add(FeatureReference.read(in));
        }
        FeatureReference score = in.readBoolean() ? FeatureReference.read(in) : null;
        int sampled = in.readUnsignedShort();
        var sample = new ArrayList<SampleRow>(sampled);
        for (int i = 0; i < sampled; i++) {
            sample.add(SampleRow.read(in, count));
        }
        return new Reference(origin, rows, columns, score, sample);
    }
}
