package io.millrace.features.app.offline;

/** Offline stores that are there for one piece of work and beside the one that is kept. Thread-safe. */
public interface ScratchStores {
    /** Opens an empty one; what was left of one of this name is removed. */
    OfflineStore open(String name);

    /** Removes one with all of its files. */
    void remove(String name);
}
