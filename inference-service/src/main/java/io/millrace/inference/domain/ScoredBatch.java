package io.millrace.inference.domain;

import java.util.List;

/**
 * The answers to a batch, in its order, all by one model version.
 *
 * @param complete whether the features held everything that was in their topics when the batch was asked for
 * @param positions up to where the features' sources had been applied
 */
public record ScoredBatch(List<RowScore> rows, ModelIdentity model, boolean complete, List<FeaturePosition> positions) {
    public ScoredBatch {
        rows = List.copyOf(rows);
        positions = List.copyOf(positions);
    }

    /** The model version that scored; {@code digest} is the SHA-256 of its file in lower-case hex. */
    public record ModelIdentity(String name, String version, String digest) {}

    /** Everything of this partition below {@code offset} was applied to the view's state that was read. */
    public record FeaturePosition(String view, String topic, String topicId, int partition, long offset) {}
}
