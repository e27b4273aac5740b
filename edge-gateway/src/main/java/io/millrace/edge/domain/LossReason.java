package io.millrace.edge.domain;

/** Why a summary that was offered or expected was not taken. */
public enum LossReason {
    /** Offered, refused before the acknowledgement: the spool was full. The node may send it again. */
    SPOOL_FULL,
    /** Offered, refused before the acknowledgement: the disk did not take it. The node may send it again. */
    SPOOL_UNAVAILABLE,
    /** Offered, but so far behind the newest sequence that nobody can say whether it was seen. */
    STALE_SEQUENCE,
    /** Offered, but not a summary. */
    INVALID,
    /** Asked for, but the node gave none. */
    PULL_FAILED
}
