package io.millrace.models.kernel.outlier;

import io.millrace.models.kernel.random.Seeded;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * Isolation forest (Liu, Ting and Zhou 2008): how few random splits it takes to tell a row from those of a sample of the reference. The paper has 100 trees of 256 rows. A missing value goes with the larger part of
 * the sample. Fitted once, then immutable and safe for all threads.
 */
public final class IsolationForest {
    private static final int VERSION = 1;
    private static final int MOST_NODES = 50_000_000;

    private final int features;
    private final double normal;
    private final int[] roots;

    /** Of an inner node the feature, doubled, and one more where missing values go left; −1 of a leaf. */
    private final int[] splits;

    /** Of an inner node the threshold: left is below it. Of a leaf the length of the path to a row there, on average. */
    private final double[] values;

    /** Of an inner node the place of its right child; the left one follows it. */
    private final int[] rights;

    private IsolationForest(int features, double normal, int[] roots, int[] splits, double[] values, int[] rights) {
        this.features = features;
        this.normal = normal;
        this.roots = roots;
        this.splits = splits;
        this.values = values;
        this.rights = rights;
    }

    /**
     * Fits a forest.
     *
     * @param rows of the reference, at least two, all of one length; NaN is a missing value
     * @param trees 1 to 10,000
     * @param sample rows of each tree, drawn without replacement: 2 to 65,536, or all where there are fewer
     * @param seed of all that is drawn
     */
    public static IsolationForest fit(double[][] rows, int trees, int sample, long seed) {
        if (rows.length < 2 || trees < 1 || trees > 10_000 || sample < 2 || sample > 65_536) {
            throw new IllegalArgumentException(trees + " trees of " + sample + " out of " + rows.length + " rows");
        }
        int size = Math.min(sample, rows.length);
        var growing = new Growing(rows, new Seeded(seed), 32 - Integer.numberOfLeadingZeros(size - 1));
        int[] roots = new int[trees];
        int[] order = new int[rows.length];
        for (int i = 0; i < order.length; i++) {
            order[i] = i;
        }
        for (int tree = 0; tree < trees; tree++) {
            for (int i = 0; i < size; i++) {
                growing.swap(order, i, i + growing.random.below(rows.length - i));
            }
            roots[tree] = growing.size;
            growing.grow(order, 0, size, 0);
        }
        return new IsolationForest(
                rows[0].length,
                averagePath(size),
                roots,
                Arrays.copyOf(growing.splits, growing.size),
                Arrays.copyOf(growing.values, growing.size),
                Arrays.copyOf(growing.rights, growing.size));
    }

    /** From 0 to 1: near ½ for rows like those of the reference, near 1 for those that stand alone. */
    public double score(double[] row) {
        if (row.length != features) {
            throw new IllegalArgumentException(features + " features, got " + row.length);
        }
        double path = 0;
        for (int root : roots) {
            int node = root;
            int split = splits[node];
            while (split >= 0) {
                double value = row[split >>> 1];
                boolean left = value < values[node] || Double.isNaN(value) && (split & 1) != 0;
                node = left ? node + 1 : rights[node];
                split = splits[node];
            }
            path += values[node];
        }
        return StrictMath.exp(-StrictMath.log(2) * path / roots.length / normal);
    }

    /** The length of an unsuccessful search in a binary tree of so many rows, the paper's c(n) with the harmonic number itself. */
    private static double averagePath(int rows) {
        double harmonic = 0;
        for (int i = 1; i < rows; i++) {
            harmonic += 1.0 / i;
        }
        return rows < 2 ? 0 : 2 * harmonic - 2.0 * (rows - 1) / rows;
    }

    /** The trees while they are grown. */
    private static final class Growing {
        final double[][] rows;
        final Seeded random;
        final int depth;
        int[] splits = new int[1_024];
        double[] values = new double[1_024];
        int[] rights = new int[1_024];
        int size;

        Growing(double[][] rows, Seeded random, int depth) {
            this.rows = rows;
            this.random = random;
            this.depth = depth;
        }

        void swap(int[] order, int a, int b) {
            int held = order[a];
            order[a] = order[b];
            order[b] = held;
        }

        int grow(int[] order, int from, int to, int level) {
            int node = next();
            int feature = level < depth && to - from > 1 ? splitting(order, from, to) : -1;
            if (feature < 0) {
                splits[node] = -1;
                values[node] = level + averagePath(to - from);
                return node;
            }
            double threshold = threshold(order, from, to, feature);
            int below = part(order, from, to, feature, threshold);
            int known = below;
            for (int i = below; i < to; i++) {
                if (!Double.isNaN(rows[order[i]][feature])) {
                    swap(order, i, known++);
                }
            }
            boolean missingLeft = below - from >= known - below;
            int middle = below;
            if (missingLeft) {
                for (int i = known; i < to; i++) {
                    swap(order, i, middle++);
                }
            }
            splits[node] = feature << 1 | (missingLeft ? 1 : 0);
            values[node] = threshold;
            grow(order, from, middle, level + 1);
            int right = grow(order, middle, to, level + 1);
            rights[node] = right;
            return node;
        }

        private int next() {
            if (size == splits.length) {
                splits = Arrays.copyOf(splits, 2 * size);
                values = Arrays.copyOf(values, 2 * size);
                rights = Arrays.copyOf(rights, 2 * size);
            }
            return size++;
        }

        /** A feature that is not the same in all rows, drawn from those; −1 where there is none. */
        private int splitting(int[] order, int from, int to) {
            int features = rows[0].length;
            int first = random.below(features);
            for (int i = 0; i < features; i++) {
                int feature = (first + i) % features;
                double seen = Double.NaN;
                for (int at = from; at < to; at++) {
                    double value = rows[order[at]][feature];
                    if (value != seen && !Double.isNaN(value)) {
                        if (!Double.isNaN(seen)) {
                            return feature;
                        }
                        seen = value;
                    }
                }
            }
            return -1;
        }

        /** Drawn evenly between the least and the largest value, so that there are rows on both sides. */
        private double threshold(int[] order, int from, int to, int feature) {
            double least = Double.POSITIVE_INFINITY;
            double largest = Double.NEGATIVE_INFINITY;
            for (int at = from; at < to; at++) {
                double value = rows[order[at]][feature];
                if (!Double.isNaN(value)) {
                    least = Math.min(least, value);
                    largest = Math.max(largest, value);
                }
            }
            double low = Math.max(least, -Double.MAX_VALUE / 2);
            double high = Math.min(largest, Double.MAX_VALUE / 2);
            double drawn = low + random.uniform() * (high - low);
            return drawn > least && drawn <= largest ? drawn : largest;
        }

        /** Puts those below the threshold first, and says where they end. */
        private int part(int[] order, int from, int to, int feature, double threshold) {
            int end = from;
            for (int i = from; i < to; i++) {
                if (rows[order[i]][feature] < threshold) {
                    swap(order, i, end++);
                }
            }
            return end;
        }
    }

    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeInt(features);
        out.writeDouble(normal);
        out.writeInt(roots.length);
        out.writeInt(splits.length);
        for (int root : roots) {
            out.writeInt(root);
        }
        for (int node = 0; node < splits.length; node++) {
            out.writeInt(splits[node]);
            out.writeDouble(values[node]);
            out.writeInt(rights[node]);
        }
    }

    /**
     * A forest that was written.
     *
     * @throws IOException also where the bytes are no forest's
     */
    public static IsolationForest read(DataInput in) throws IOException {
        int version = in.readUnsignedByte();
        int features = in.readInt();
        double normal = in.readDouble();
        int trees = in.readInt();
        int nodes = in.readInt();
        if (version != VERSION || features < 1 || trees < 1 || trees > nodes || nodes > MOST_NODES) {
            throw new IOException("a forest of version " + version + ", " + trees + " trees, " + nodes + " nodes");
        }
        int[] roots = new int[trees];
        for (int tree = 0; tree < trees; tree++) {
            roots[tree] = within(in.readInt(), 0, nodes);
        }
        int[] splits = new int[nodes];
        double[] values = new double[nodes];
        int[] rights = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            splits[node] = within(in.readInt(), -1, 2 * features);
            values[node] = in.readDouble();
            rights[node] = within(in.readInt(), splits[node] < 0 ? 0 : node + 1, nodes);
        }
        return new IsolationForest(features, normal, roots, splits, values, rights);
    }

    private static int within(int value, int from, int to) throws IOException {
        if (value < from || value >= to) {
            throw new IOException("no forest: " + value + " is not from " + from + " to below " + to);
        }
        return value;
    }
}
