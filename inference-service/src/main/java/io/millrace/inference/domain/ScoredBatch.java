package io.millrace.inference.domain;

import io.millrace.inference.domain.deploy.Choice;
import java.util.List;
import java.util.Optional;

/**
 * The answers to a batch, in its order, by one model version or, where a deployment splits the model, by one for each row.
 *
 * @param model the version that scored all rows; of a split batch, the one that scored the first
 * @param complete whether the features held everything that was in their topics when the batch was asked for
 * @param positions up to where the features' sources had been applied
 * @param service the feature service whose features were read, {@code name@version} or the name alone; empty where the pipeline lists them
 * @param assigned one for each row of a split batch; else none
 */
public record ScoredBatch(
        List<RowScore> rows,
        ModelIdentity model,
        boolean complete,
        List<FeaturePosition> positions,
        Optional<String> service,
        List<Assigned> assigned) {
    public ScoredBatch {
        rows = List.copyOf(rows);
        positions = List.copyOf(positions);
        assigned = List.copyOf(assigned);
    }

    /** A batch of a pipeline that lists its features. */
    public ScoredBatch(List<RowScore> rows, ModelIdentity model, boolean complete, List<FeaturePosition> positions) {
        this(rows, model, complete, positions, Optional.empty(), List.of());
    }

    /** The arm that a row went to, and its model version. */
    public record Assigned(Choice choice, ModelIdentity model) {}

    /** The version that scored a row. */
    public ModelIdentity model(int row) {
        return assigned.isEmpty() ? model : assigned.get(row).model();
    }

    /** The arm that a row went to; empty where the model is not split. */
    public Optional<Choice> choice(int row) {
        return assigned.isEmpty()
                ? Optional.empty()
                : Optional.of(assigned.get(row).choice());
    }

    /**
     * The model version that scored.
     *
     * @param digest SHA-256 of its file in lower-case hex
     * @param engine what ran it, with its version, such as {@code onnxruntime 1.28.0}; empty where that is not known
     * @param steps of an ensemble, the models that it ran; else none
     */
    public record ModelIdentity(String name, String version, String digest, String engine, List<Step> steps) {
        public ModelIdentity {
            steps = List.copyOf(steps);
        }

        /** A model. */
        public ModelIdentity(String name, String version, String digest, String engine) {
            this(name, version, digest, engine, List.of());
        }

        /** A model whose engine is not known. */
        public ModelIdentity(String name, String version, String digest) {
            this(name, version, digest, "");
        }
    }

    /** The model version that a step of an ensemble ran. */
    public record Step(String name, String model, String version, String digest) {}

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
