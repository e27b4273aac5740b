package io.millrace.edge.app;

import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeError;
import java.time.Duration;
import java.util.function.Consumer;

/** Asks nodes for their summaries. */
public interface NodeClient {
    /** What a node gave. */
    sealed interface Answer {
        /** Status 200 and a body within bounds. */
        record Body(byte[] bytes) implements Answer {}

        record Failed(NodeError error) implements Answer {}
    }

    /**
     * Asks {@code GET {url}/data/summary}; never blocks.
     *
     * @param limit from now to the last byte
     * @param done called once, on any thread
     */
    void pull(EdgeNode node, Duration limit, Consumer<Answer> done);
}
