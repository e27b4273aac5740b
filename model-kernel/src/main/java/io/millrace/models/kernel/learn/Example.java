package io.millrace.models.kernel.learn;

/**
 * One row as learners see it: dense numbers (the numeric columns, then the products of pairs of them) and for each sparse field (the categories,
 * then the interactions with a category) the slot that its value hashed to. Made by {@link FeatureSpace#example}; never changes.
 */
public final class Example {
    static final int ABSENT = -1;

    final double[] dense;
    final int[] slots;

    Example(double[] dense, int[] slots) {
        this.dense = dense;
        this.slots = slots;
    }

    /** The number in a dense column. */
    public double dense(int column) {
        return dense[column];
    }

    /** The slot of a sparse field, counted within the field from 0; −1 where its category is missing. */
    public int slot(int field) {
        return slots[field];
    }
}
