package io.millrace.edge.app;

import java.util.List;

/** The registered nodes on disk. What a method has returned from survives kill -9. */
public interface NodeStore {
    List<RegisteredNode> load();

    /**
     * Adds or replaces nodes, all or none.
     *
     * @throws io.millrace.gate.Refusal NODES_UNAVAILABLE where the disk does not take them
     */
    void put(List<RegisteredNode> nodes);

    /**
     * @throws io.millrace.gate.Refusal NODES_UNAVAILABLE where the disk does not take it
     */
    void remove(String id);
}
