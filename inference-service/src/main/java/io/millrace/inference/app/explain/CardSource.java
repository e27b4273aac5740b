package io.millrace.inference.app.explain;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.explain.ModelCard;
import java.util.List;

/** Something that knows more of a model version than its files do. A bean of this type adds to its card. */
public interface CardSource {
    /** What was measured of its predictions. */
    default List<ModelCard.Metric> metrics(ModelIdentity model) {
        return List.of();
    }

    /** Where it was found worse. */
    default List<ModelCard.Slice> slices(ModelIdentity model) {
        return List.of();
    }

    /** Decisions about it, oldest first. */
    default List<ModelCard.Promotion> promotions(ModelIdentity model) {
        return List.of();
    }
}
