package io.millrace.edge.app;

import java.util.Optional;

/**
 * What tells how the gateway is.
 *
 * @param cloud empty where no cloud is configured
 */
public record GatewayStatus(NodeBook nodes, Spool spool, DrainStatus kafka, Optional<Cloud> cloud) {
    /** The queue for the cloud and who empties it. */
    public record Cloud(Spool spool, DrainStatus sender) {}
}
