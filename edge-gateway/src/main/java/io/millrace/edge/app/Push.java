package io.millrace.edge.app;

import io.millrace.edge.domain.Summary;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A summary that a node pushed.
 *
 * @param birth 0 where the node has none; a higher one begins the sequence anew
 * @param sequence 1 or more; empty only where there is an event
 */
public record Push(Summary summary, long birth, OptionalLong sequence, Optional<Event> event) {
    /** Source and id of the CloudEvent that carried it; together they tell a duplicate. */
    public record Event(String source, String id) {}

    /** What became of a push. */
    public enum Outcome {
        /** In the spool, the node's newest. */
        TAKEN,
        /** In the spool, behind a newer one. */
        LATE,
        /** Was taken before. */
        DUPLICATE,
        /** Not taken: so far behind that nobody can say whether it was taken before. */
        STALE
    }
}
