package io.millrace.models.kernel.learn;

import io.millrace.models.kernel.drift.Adwin;
import org.jspecify.annotations.Nullable;

/** A node of a tree. */
sealed interface TreeNode permits Leaf, TreeNode.Split {
    /** The place of a node, which may come to hold another one. */
    final class Place {
        TreeNode node;

        /** Of the predictions that went through here; in adaptive trees alone. */
        @Nullable
        Adwin error;

        /** What is grown beside the node since its error rose. */
        @Nullable
        Place alternate;

        Place(TreeNode node) {
            this.node = node;
        }
    }

    /**
     * A test with two ways: left for a number at most the threshold or for the category's slot, right for all else, a missing category among it.
     *
     * @param column of the dense ones; behind them the categories
     * @param slot −1 for a number
     */
    record Split(int column, double threshold, int slot, Place left, Place right) implements TreeNode {
        Place way(Example example) {
            return goesLeft(example) ? left : right;
        }

        private boolean goesLeft(Example example) {
            return slot < 0 ? example.dense[column] <= threshold : example.slots[column - example.dense.length] == slot;
        }
    }
}
