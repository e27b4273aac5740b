package io.millrace.inference.engine.xgboost;

/**
 * A regression tree. Node 0 is the root; a node without children is a leaf.
 *
 * @param left child where the feature is less than the value; -1 in a leaf
 * @param right child where it is not
 * @param feature that a node asks for
 * @param value what the feature is compared with, as float; in a leaf what it adds
 * @param missingLeft where a row goes whose feature is missing (NaN)
 * @param output that the tree adds to: 0, or the class
 * @param cover of the training data, the sum of second derivatives, by node; none where the file does not tell
 */
record Tree(int[] left, int[] right, int[] feature, float[] value, boolean[] missingLeft, int output, float[] cover) {
    boolean isLeaf(int node) {
        return left[node] < 0;
    }

    /** What the tree adds for a row. */
    float leaf(float[] row) {
        int node = 0;
        while (!isLeaf(node)) {
            float given = row[feature[node]];
            boolean goesLeft = Float.isNaN(given) ? missingLeft[node] : given < value[node];
            node = goesLeft ? left[node] : right[node];
        }
        return value[node];
    }
}
