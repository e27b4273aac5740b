package io.millrace.features.app.deletion;

import io.millrace.features.app.FeatureReason;
import io.millrace.gate.Refusal;
import java.time.Instant;

/** What was done to personal data, by whom; nobody can change it afterwards. */
public interface AuditLog {
    /**
     * Returns once the entry is committed.
     *
     * @throws Refusal with {@link FeatureReason#DELETIONS_UNAVAILABLE} where it was not written; what it is about must not be done then
     */
    void write(Entry entry);

    /**
     * An entry.
     *
     * @param subject what it is about; a hash where it is an entity
     */
    record Entry(Instant at, String who, String action, String subject, Outcome outcome, String detail) {}

    /** What became of it. */
    enum Outcome {
        REQUESTED,
        DONE,
        FAILED
    }
}
