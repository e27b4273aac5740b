package io.millrace.models.kernel.drift;

import java.util.List;

/**
 * A part of the rows in which a value has risen more than in all others.
 *
 * @param conditions that its rows meet, all of them
 * @param referenceRows of the slice
 * @param currentRows of the slice
 * @param referenceMean of the value there
 * @param currentMean of the value there
 * @param share of the whole rise that comes from it: rows × (mean now − mean then), of the same over all; above 1 where the others fell
 * @param p the chance of a rise this much larger than that of the other rows though it is none, times the number of slices looked at
 */
public record Slice(
        List<Condition> conditions,
        long referenceRows,
        long currentRows,
        double referenceMean,
        double currentMean,
        double share,
        double p) {
    /** A column that has a category. */
    public record Condition(int column, int category) {}

    public Slice {
        conditions = List.copyOf(conditions);
    }
}
