package io.millrace.edge.domain;

import java.time.Instant;
import java.util.Optional;

/**
 * A node as last known.
 *
 * @param lastSeen when the gateway last received a summary, by the gateway's clock
 * @param missed intervals without a summary, in a row
 * @param summary the newest one; kept while the node is in error, but counted in no aggregate then
 */
public record NodeState(
        EdgeNode node,
        Status status,
        Optional<NodeError> error,
        Optional<Instant> lastSeen,
        long missed,
        Optional<Summary> summary) {
    /** What a node's last exchange gave. */
    public enum Status {
        NEVER_SEEN,
        SUCCESS,
        ERROR
    }

    /** The summary where it counts: the node answered. */
    public Optional<Summary> counted() {
        return status == Status.SUCCESS ? summary : Optional.empty();
    }
}
