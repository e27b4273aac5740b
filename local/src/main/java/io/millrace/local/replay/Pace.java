package io.millrace.local.replay;

/** How fast time passes in a replay, and whether there is room for another ask. */
public interface Pace {
    /** Returns when it is time for an event of this time, in microseconds since the epoch. */
    void awaitTime(long micros);

    /** Returns when another ask may be sent. */
    void awaitRoom();
}
