package io.millrace.features.app.deletion;

/** Counts deletions of entities. */
public interface DeletionMeter {
    /** An entity is gone everywhere. */
    void finished();

    /** Going on with a deletion did not work; it is tried again. */
    void failed();
}
