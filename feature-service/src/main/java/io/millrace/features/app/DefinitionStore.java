package io.millrace.features.app;

import io.millrace.gate.Refusal;
import java.util.Map;
import java.util.Optional;

/** Where applied definitions are kept; what is written here comes back to every replica's {@link Catalog#hear} in the same order. */
public interface DefinitionStore {
    /**
     * Writes changes, all or none, and returns once this replica's catalog has heard them.
     *
     * @param changes the log's key to its new value, in order; empty for what is removed
     * @throws Refusal with {@link FeatureReason#DEFINITIONS_UNAVAILABLE}; whether they were written is unknown then, and writing again is safe
     */
    void write(Map<String, Optional<String>> changes);

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

    /**
     * To be called before a refusal is passed on: what was not found may be there once the definitions have been read.
     *
     * @throws Refusal with {@link FeatureReason#DEFINITIONS_UNAVAILABLE} in place of one that something was not found, where {@link #isCurrent} is not so yet
     */
    default void requireCurrentFor(Refusal refusal) {
        if (refusal.reason() == FeatureReason.VIEW_NOT_FOUND
                || refusal.reason() == FeatureReason.FEATURE_SERVICE_NOT_FOUND) {
            requireCurrent();
        }
    }
}
