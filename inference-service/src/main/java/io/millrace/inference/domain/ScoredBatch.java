package io.millrace.inference.domain;

import java.util.List;
import java.util.Optional;

/**
 * The answers to a batch, in its order, all by one model version.
 *
 * @param complete whether the features held everything that was in their topics when the batch was asked for
 * @param positions up to where the features' sources had been applied
 * @param service the feature service whose features were read, {@code name@version} or the name alone; empty where the pipeline lists them
 */
public record ScoredBatch(
        List<RowScore> rows,
        ModelIdentity model,
        boolean complete,
        List<FeaturePosition> positions,
        Optional<String> service) {
    public ScoredBatch {
        rows = List.copyOf(rows);
        positions = List.copyOf(positions);
    }

    /** A batch of a pipeline that lists its features. */
    public ScoredBatch(List<RowScore> rows, ModelIdentity model, boolean complete, List<FeaturePosition> positions) {
        this(rows, model, complete, positions, Optional.empty());
    }

    /**
     * The model version that scored.
     *
     * @param digest SHA-256 of its file in lower-case hex
     * @param engine what ran it, with its version, such as {@code onnxruntime 1.28.0}; empty where that is not known
     */
    public record ModelIdentity(String name, String version, String digest, String engine) {
        public ModelIdentity(String name, String version, String digest) {
            this(name, version, digest, "");
        }
    }

    /**
     * Everything of this partition below {@code offset} was applied to the view's state that was read.
     *
     * @param definition digest of the view's definition; empty where that is not known
     */
    public record FeaturePosition(
            String view, String topic, String topicId, int partition, long offset, String definition) {
        public FeaturePosition(String view, String topic, String topicId, int partition, long offset) {
            this(view, topic, topicId, partition, offset, "");
        }
    }
}
