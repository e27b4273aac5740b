package io.millrace.edge.app;

import io.millrace.edge.domain.Ledger;
import io.millrace.edge.domain.NodeState;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jboss.logging.Logger;

/** All nodes and what is known of them, by id. Thread-safe. */
public final class NodeBook {
    private static final Logger LOG = Logger.getLogger(NodeBook.class);

    private final ConcurrentSkipListMap<String, NodeRecord> records = new ConcurrentSkipListMap<>();
    private final GatewayTime time;
    private final int missedLimit;

    /** A page of nodes by id. */
    public record Page(List<NodeState> nodes, Optional<String> nextAfter) {}

    /**
     * @param missedLimit intervals without a push after which a node is in error
     */
    public NodeBook(GatewayTime time, int missedLimit) {
        this.time = time;
        this.missedLimit = missedLimit;
    }

    /**
     * Brings back what was known: the registered nodes, the last checkpoint, and the spool's entries behind it.
     *
     * @return the spool's number behind the last entry that was read
     */
    public long recover(NodeStore nodes, Checkpoint.Store checkpoints, Spool spool) {
        nodes.load().forEach(this::put);
        Optional<Checkpoint> checkpoint = checkpoints.load();
        checkpoint.ifPresent(found -> found.nodes().forEach(memory -> {
            NodeRecord record = records.get(memory.id());
            if (record != null) {
                record.restore(memory);
            }
        }));
        long position = checkpoint.map(Checkpoint::position).orElse(0L);
        long replayed = 0;
        while (true) {
            Spool.Batch batch = spool.read(position, 10_000, 8 << 20);
            batch.entries().forEach(this::replay);
            replayed += batch.entries().size();
            if (batch.next() <= position) {
                break;
            }
            position = batch.next();
        }
        LOG.infof("%d nodes, %d entries of the spool read again", records.size(), replayed);
        return position;
    }

    /** The state of all nodes as a checkpoint; nothing that was appended below {@code position} is missing from it. */
    public Checkpoint checkpoint(long position) {
        return new Checkpoint(
                position, records.values().stream().map(NodeRecord::memory).toList());
    }

    public int size() {
        return records.size();
    }

    /** All states, by id. */
    public List<NodeState> states() {
        var uptime = time.uptime();
        return records.values().stream()
                .map(record -> record.state(uptime, missedLimit))
                .toList();
    }

    /**
     * @throws Refusal NODE_NOT_FOUND
     */
    public NodeState state(String id) {
        return require(id).state(time.uptime(), missedLimit);
    }

    /**
     * @throws Refusal NODE_NOT_FOUND
     */
    public Ledger ledger(String id) {
        return require(id).ledger();
    }

    /**
     * Nodes behind an id, by id.
     *
     * @param domain only nodes of this domain; all where it is empty
     */
    public Page page(String domain, int size, String after) {
        var uptime = time.uptime();
        Map<String, NodeRecord> rest = after.isEmpty() ? records : records.tailMap(after, false);
        var found = new ArrayList<NodeState>();
        for (NodeRecord record : rest.values()) {
            if (domain.isEmpty() || record.node().domain().equals(domain)) {
                if (found.size() == size) {
                    return new Page(found, Optional.of(found.getLast().node().id()));
                }
                found.add(record.state(uptime, missedLimit));
            }
        }
        return new Page(found, Optional.empty());
    }

    Collection<NodeRecord> records() {
        return records.values();
    }

    Optional<NodeRecord> find(String id) {
        return Optional.ofNullable(records.get(id));
    }

    NodeRecord require(String id) {
        NodeRecord record = records.get(id);
        if (record == null) {
            throw new Refusal(EdgeReason.NODE_NOT_FOUND, "no node '" + id + "' is registered");
        }
        return record;
    }

    void put(RegisteredNode node) {
        NodeRecord record = records.get(node.node().id());
        if (record == null) {
            records.put(node.node().id(), new NodeRecord(node, time.uptime()));
        } else {
            record.change(node);
        }
    }

    void remove(String id) {
        records.remove(id);
    }

    private void replay(Spool.Numbered numbered) {
        if (numbered.entry().kind() == SpoolEntry.Kind.SUMMARY) {
            NodeRecord record = records.get(numbered.entry().key());
            if (record != null) {
                record.replay(numbered.number(), SummaryEvent.of(numbered.entry()), time.uptime());
            }
        }
    }
}
