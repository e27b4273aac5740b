package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Settings of a Hoeffding tree.
 *
 * @param grace examples between two attempts to split a leaf, at least 1
 * @param delta in (0, 1): how often the split that is chosen may be the wrong one
 * @param tau splits are taken as equal, and the better one made, once the bound is below this; at least 0
 * @param mostNodes a bound on memory: a tree that has them only counts further; at least 1
 * @param mostActiveLeaves leaves that keep statistics to split by, and naive Bayes; the least promising ones lose them. At least 1
 * @param mostDepth 1 to 1000
 * @param columnsPerLeaf drawn anew for each leaf, as forests do; 0 for all
 * @param leaf what a leaf predicts by
 * @param adaptive whether branches whose error rises are grown anew beside the old ones (Hoeffding adaptive tree)
 */
public record TreeSettings(
        int grace,
        double delta,
        double tau,
        int mostNodes,
        int mostActiveLeaves,
        int mostDepth,
        int columnsPerLeaf,
        LeafPrediction leaf,
        boolean adaptive) {
    /** What a leaf predicts by. */
    public enum LeafPrediction {
        /** The share of each class. */
        SHARE,
        /** That, or naive Bayes, whichever was right more often in this leaf (Holmes, Kirkby and Pfahringer 2005, "Stress-testing Hoeffding trees"). */
        ADAPTIVE_NAIVE_BAYES
    }

    /** The paper's grace, delta and tau, as in MOA and River. */
    public static final TreeSettings HOEFFDING =
            new TreeSettings(200, 1e-7, 0.05, 2001, 500, 50, 0, LeafPrediction.ADAPTIVE_NAIVE_BAYES, false);

    /** A tree of a forest: splits sooner (Gomes et al. 2017, as in River). */
    public static final TreeSettings OF_A_FOREST =
            new TreeSettings(50, 0.01, 0.05, 2001, 500, 50, 0, LeafPrediction.ADAPTIVE_NAIVE_BAYES, false);

    public TreeSettings {
        if (grace < 1
                || mostNodes < 1
                || mostActiveLeaves < 1
                || mostDepth < 1
                || mostDepth > 1000
                || columnsPerLeaf < 0) {
            throw new IllegalArgumentException(
                    "grace, nodes, leaves and depth (at most 1000) must be at least 1 and columns at least 0: %d %d %d %d %d"
                            .formatted(grace, mostNodes, mostActiveLeaves, mostDepth, columnsPerLeaf));
        }
        if (!(delta > 0 && delta < 1 && tau >= 0)) {
            throw new IllegalArgumentException("delta must be in (0, 1) and tau at least 0: " + delta + " " + tau);
        }
    }

    public TreeSettings with(LeafPrediction other) {
        return new TreeSettings(
                grace, delta, tau, mostNodes, mostActiveLeaves, mostDepth, columnsPerLeaf, other, adaptive);
    }

    /** The same tree as a Hoeffding adaptive tree. */
    public TreeSettings asAdaptive() {
        return new TreeSettings(grace, delta, tau, mostNodes, mostActiveLeaves, mostDepth, columnsPerLeaf, leaf, true);
    }

    public TreeSettings withMostNodes(int nodes, int activeLeaves) {
        return new TreeSettings(grace, delta, tau, nodes, activeLeaves, mostDepth, columnsPerLeaf, leaf, adaptive);
    }

    public TreeSettings withColumnsPerLeaf(int columns) {
        return new TreeSettings(grace, delta, tau, mostNodes, mostActiveLeaves, mostDepth, columns, leaf, adaptive);
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(grace);
        out.writeDouble(delta);
        out.writeDouble(tau);
        out.writeInt(mostNodes);
        out.writeInt(mostActiveLeaves);
        out.writeInt(mostDepth);
        out.writeInt(columnsPerLeaf);
        out.writeByte(leaf == LeafPrediction.SHARE ? 0 : 1);
        out.writeBoolean(adaptive);
    }

    static TreeSettings read(DataInput in) throws IOException {
        return new TreeSettings(
                in.readInt(),
                in.readDouble(),
                in.readDouble(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readInt(),
                in.readByte() == 0 ? LeafPrediction.SHARE : LeafPrediction.ADAPTIVE_NAIVE_BAYES,
                in.readBoolean());
    }
}
