package io.millrace.inference.app.watch;

import io.millrace.inference.domain.watch.DriftReport;
import java.util.List;
import java.util.Optional;

/** What the watches of all pipelines said last, whichever replica they are on. Thread-safe; answers from memory. */
public interface DriftReports {
    /** By pipeline. */
    List<DriftReport> all();

    Optional<DriftReport> find(String pipeline);
}
