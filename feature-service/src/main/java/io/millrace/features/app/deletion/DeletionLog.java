package io.millrace.features.app.deletion;

import io.millrace.features.app.FeatureReason;
import io.millrace.gate.Refusal;

/** Where deletions are kept; what is written here comes back to every replica's {@link Voids}. */
public interface DeletionLog {
    /**
     * Writes a deletion, and returns once this replica has heard it.
     *
     * @throws Refusal with {@link FeatureReason#DELETIONS_UNAVAILABLE}; whether it was written is unknown then
     */
    void put(Deletion deletion);

    /** Whether every deletion of before this process started has been heard; no event is applied before that. */
    boolean isCurrent();

    /** Why deletions cannot be followed at the moment; empty where they can. */
    String failure();
}
