package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import java.util.List;

/** Where applied definitions are kept; what is written here comes back to every replica's {@link Catalog} in the same order. */
public interface DefinitionStore {
    /**
     * Writes views, all or none, and returns once this replica's catalog has heard them.
     *
     * @throws Refusal with {@link FeatureReason#DEFINITIONS_UNAVAILABLE}; whether they were written is unknown then, and writing again is safe
     */
    void put(List<FeatureView> views);

    /**
     * Removes a version and returns once this replica's catalog has heard it.
     *
     * @throws Refusal with {@link FeatureReason#DEFINITIONS_UNAVAILABLE}
     */
    void remove(ViewId id);

    /** Whether everything that was applied before this process started has been heard. */
    boolean isCurrent();

    /** Why definitions cannot be followed at the moment; empty where they can. */
    String failure();

    /**
     * @throws Refusal with {@link FeatureReason#DEFINITIONS_UNAVAILABLE} where {@link #isCurrent} is not so yet
     */
    default void requireCurrent() {
        if (!isCurrent()) {
            throw new Refusal(
                    FeatureReason.DEFINITIONS_UNAVAILABLE,
                    "the definitions have not been read from Kafka yet; try again in a moment");
        }
    }
}
