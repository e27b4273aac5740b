package io.millrace.models.kernel.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How one feature was distributed when its model was registered, in cells that later rows are counted into: for numbers the intervals between the quantiles of the reference, and one cell on each side of what was seen; for
 * categories one cell each, and one for all others.
 */
public final class FeatureReference {
    private static final int VERSION = 1;
    private static final int MOST_CELLS = 4_096;

    private final String name;
    private final double[] edges;
    private final List<String> categories;
    private final Map<String, Integer> places;
    private final long[] counts;
    private final long missing;
    private final long rare;

    private FeatureReference(
            String name, double[] edges, List<String> categories, long[] counts, long missing, long rare) {
        this.name = name;
        this.edges = edges;
        this.categories = List.copyOf(categories);
        this.places = new HashMap<>();
        for (int i = 0; i < categories.size(); i++) {
            places.put(categories.get(i), i);
        }
        this.counts = counts;
        this.missing = missing;
        this.rare = rare;
    }

    /**
     * Of numbers.
     *
     * @param values of the reference; NaN is a missing one
     * @param bins of about equally many values each, 2 to 1,000; fewer where values repeat. Ten is usual for a feature, a hundred for scores
     */
    public static FeatureReference numeric(String name, double[] values, int bins) {
        if (bins < 2 || bins > 1_000) {
            throw new IllegalArgumentException("a reference has 2 to 1,000 bins, got " + bins);
        }
        double[] present =
                Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
        double[] edges = new double[0];
        if (present.length > 0) {
            double[] quantiles = new double[bins + 1];
            quantiles[0] = Math.nextDown(present[0]);
            for (int i = 1; i <= bins; i++) {
                int upTo = (int) ((long) i * present.length / bins);
                quantiles[i] = present[Math.max(0, upTo - 1)];
            }
            edges = Arrays.stream(quantiles).distinct().toArray();
        }
        long[] counts = new long[edges.length + 1];
        for (double value : present) {
            counts[cell(edges, value)]++;
        }
        return new FeatureReference(name, edges, List.of(), counts, values.length - present.length, 0);
    }

    /**
     * Of categories.
     *
     * @param rows of each category
     * @param missing rows without one
     * @param most how many categories are kept, the most frequent: 1 to 4,000. Where there are more, new ones cannot be told from those that were not kept
     */
    public static FeatureReference categorical(String name, Map<String, Long> rows, long missing, int most) {
        if (most < 1 || most > 4_000) {
            throw new IllegalArgumentException("1 to 4,000 categories are kept, got " + most);
        }
        List<String> kept = rows.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .map(Map.Entry::getKey)
                .toList();
        long[] counts = new long[kept.size() + 1];
        long all = 0;
        long rare = 0;
        for (long count : rows.values()) {
            all += count;
            rare += count == 1 ? 1 : 0;
        }
        long held = 0;
        for (int i = 0; i < kept.size(); i++) {
            counts[i] = rows.getOrDefault(kept.get(i), 0L);
            held += counts[i];
        }
        counts[kept.size()] = all - held;
        return new FeatureReference(name, new double[0], kept, counts, missing, all == held ? rare : -1);
    }

    /** The same cells with the rows of another time. */
    FeatureReference of(long[] rows, long missingRows) {
        return new FeatureReference(name, edges, categories, rows, missingRows, -1);
    }

    private static int cell(double[] edges, double value) {
        int at = Arrays.binarySearch(edges, value);
        return at >= 0 ? at : -at - 1;
    }

    /** The cell of a number that is not NaN. */
    int cell(double value) {
        return cell(edges, value);
    }

    /** The cell of a category; the last one is that of all that are not known. */
    int cell(String category) {
        return places.getOrDefault(category, categories.size());
    }

    public String name() {
        return name;
    }

    /** Whether cells have an order. */
    public boolean isNumeric() {
        return categories.isEmpty();
    }

    int cells() {
        return counts.length;
    }

    /** The upper end of a cell of numbers; those outside of what was seen end where that begins and ends. */
    double edge(int cell) {
        return edges[Math.max(0, Math.min(edges.length - 1, cell))];
    }

    long count(int cell) {
        return counts[cell];
    }

    long present() {
        return Arrays.stream(counts).sum();
    }

    public long missing() {
        return missing;
    }

    /** Categories that occurred once: as many rows in all as the reference has are likely to bring so many new ones (Good 1953). −1 where it does not hold all. */
    long rare() {
        return rare;
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeUTF(name);
        out.writeShort(edges.length);
        for (double edge : edges) {
            out.writeDouble(edge);
        }
        out.writeShort(categories.size());
        for (String category : categories) {
            out.writeUTF(category);
        }
        for (long count : counts) {
            out.writeLong(count);
        }
        out.writeLong(missing);
        out.writeLong(rare);
    }

    public static FeatureReference read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a reference of version " + version);
        }
        String name = in.readUTF();
        double[] edges = new double[atMost(in.readUnsignedShort())];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = in.readDouble();
        }
        String[] categories = new String[atMost(in.readUnsignedShort())];
        for (int i = 0; i < categories.length; i++) {
            categories[i] = in.readUTF();
        }
        long[] counts = new long[Math.max(edges.length, categories.length) + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = in.readLong();
        }
        long missing = in.readLong();
        return new FeatureReference(name, edges, List.of(categories), counts, missing, in.readLong());
    }

    private static int atMost(int cells) throws IOException {
        if (cells > MOST_CELLS) {
            throw new IOException("a reference of " + cells + " cells");
        }
        return cells;
    }
}
