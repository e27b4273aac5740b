package io.millrace.edge.app;

import io.millrace.edge.domain.EdgeNode;

/**
 * A node in the registry.
 *
 * @param since the spool's next number when the node was registered; entries before it belong to a namesake that was removed
 */
public record RegisteredNode(EdgeNode node, long since) {}
