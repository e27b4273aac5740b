package io.millrace.features.app.batch;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.ViewId;
import io.millrace.gate.Refusal;
import java.util.List;

/** Where rows that cannot be used are written beside, so that nothing is lost silently. */
public interface RejectedRows {
    /**
     * Returns once they are committed; a row may stand there twice after a crash.
     *
     * @throws Refusal with {@link FeatureReason#PUSH_LOG_UNAVAILABLE}
     */
    void write(ViewId view, String job, List<Rejected> rows);

    /**
     * A row.
     *
     * @param number its place in the table, from 0
     */
    record Rejected(long number, String row, String reason) {}
}
