package io.millrace.features.app.batch;

import java.util.List;

/** Where materialisations are kept, so that one that was interrupted goes on. Thread-safe. */
public interface MaterializationStore {
    /** On disk when this returns. */
    void save(Materialization job);

    /** All, the oldest first. */
    List<Materialization> all();
}
