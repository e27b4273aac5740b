package io.millrace.edge.domain;

import java.time.Duration;
import java.util.Optional;

/**
 * A registered node.
 *
 * @param url empty for a node that only pushes
 * @param interval how often a summary is expected, 1 s to 1 day
 */
public record EdgeNode(String id, Optional<NodeUrl> url, String domain, Duration interval) {
    /** The URL as text; empty for a node that only pushes. */
    public String urlText() {
        return url.map(NodeUrl::toString).orElse("");
    }
}
