package io.millrace.features.domain;

/** Which stores take a pushed row. */
public enum PushTarget {
    ONLINE,
    OFFLINE,
    ONLINE_AND_OFFLINE;

    /** Whether the row is served. */
    public boolean isOnline() {
        return this != OFFLINE;
    }

    /** Whether the row is kept for training. */
    public boolean isOffline() {
        return this != ONLINE;
    }
}
