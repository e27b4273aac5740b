package io.millrace.inference.engine.form;

import java.util.List;
import java.util.stream.IntStream;

/** What both ways of writing trees have in common; holds that each node has one parent at most. */
final class ForestParts {
    /** Nodes that are read at most: some 200 bytes each. */
    private static final int MAX_NODES = 1 << 21;

    private final boolean[] led;

    ForestParts(int nodes) {
        led = new boolean[nodes];
    }

    static void checkSize(int nodes) throws UnreadException {
        if (nodes == 0 || nodes > MAX_NODES) {
            throw new UnreadException("has " + nodes + " nodes of trees; 1 to " + MAX_NODES + " are read");
        }
    }

    /** Notes that a node leads to another. */
    int child(int child, int parent) throws UnreadException {
        if (led[child] || child == parent) {
            throw new UnreadException("has a node to which several lead");
        }
        led[child] = true;
        return child;
    }

    /** The nodes that no other leads to. */
    int[] roots() {
        return IntStream.range(0, led.length).filter(i -> !led[i]).toArray();
    }

    static double divisor(String aggregate, int trees) throws UnreadException {
        return switch (aggregate) {
            case "SUM" -> 1;
            case "AVERAGE" -> trees;
            default -> throw new UnreadException("takes the " + aggregate + " of its trees");
        };
    }

    /** @param weights pairs of a target and what is added to it */
    static Forest.Node leaf(List<double[]> weights, double cover) {
        return new Forest.Node(
                -1,
                0,
                -1,
                -1,
                false,
                cover,
                weights.stream().mapToInt(weight -> (int) weight[0]).toArray(),
                weights.stream().mapToDouble(weight -> weight[1]).toArray());
    }

    /** A comparison as one with less: values that are compared have 32 bits, so that ≤ is less than the next one. */
    static Forest.Node split(
            String mode, Columns input, long feature, double value, int yes, int no, boolean missingYes, double cover)
            throws UnreadException {
        if (feature < 0 || feature >= input.count()) {
            throw new UnreadException("asks column " + feature + " of " + input.count());
        }
        int of = (int) feature;
        return switch (mode) {
            case "BRANCH_LT" -> node(of, value, yes, no, missingYes, cover);
            case "BRANCH_LEQ" -> node(of, Math.nextUp(value), yes, no, missingYes, cover);
            case "BRANCH_GTE" -> node(of, value, no, yes, !missingYes, cover);
            case "BRANCH_GT" -> node(of, Math.nextUp(value), no, yes, !missingYes, cover);
            default -> throw new UnreadException("has a tree that decides by " + mode);
        };
    }

    private static Forest.Node node(
            int feature, double threshold, int below, int other, boolean missingBelow, double cover) {
        return new Forest.Node(feature, threshold, below, other, missingBelow, cover, new int[0], new double[0]);
    }
}
