package io.millrace.edge.app;

import io.millrace.edge.domain.AddressGuard;
import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Registers and removes nodes: on disk first, then in the book. Thread-safe. */
public final class NodeRegistry {
    /** Registered nodes at most. */
    public static final int MAX_NODES = 10_000;

    private final NodeBook book;
    private final NodeStore store;
    private final Spool spool;
    private final AddressGuard guard;
    private final ReentrantLock lock = new ReentrantLock();

    /** What a registration did, in nodes. */
    public record Registered(int created, int updated, int unchanged) {
        /** The counts of what would be done. */
        public static Registered of(List<NodePlan> plans) {
            int created = (int) plans.stream()
                    .filter(plan -> plan.change() == Change.CREATED)
                    .count();
            int updated = (int) plans.stream()
                    .filter(plan -> plan.change() == Change.UPDATED)
                    .count();
            return new Registered(created, updated, plans.size() - created - updated);
        }
    }

    /**
     * What registering would do with a node.
     *
     * @param fields which differ from those that are registered: some of url, domain and interval; empty where it is new
     */
    public record NodePlan(String id, Change change, List<String> fields) {}

    /** What becomes of a node. */
    public enum Change {
        CREATED,
        UPDATED,
        UNCHANGED
    }

    public NodeRegistry(NodeBook book, NodeStore store, Spool spool, AddressGuard guard) {
        this.book = book;
        this.store = store;
        this.spool = spool;
        this.guard = guard;
    }

    AddressGuard guard() {
        return guard;
    }

    /**
     * Registers nodes or changes their registration, all or none; on disk when this returns.
     *
     * @throws Refusal INVALID_NODE or ADDRESS_NOT_ALLOWED with every fault, TOO_MANY_NODES, NODES_UNAVAILABLE
     */
    public Registered register(List<NodeDraft> drafts) {
        refuseFaults(drafts);
        lock.lock();
        try {
            return write(drafts.stream().map(NodeDraft::node).toList());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Says what {@link #register} would do, in the drafts' order, and does nothing.
     *
     * @throws Refusal INVALID_NODE or ADDRESS_NOT_ALLOWED with every fault, TOO_MANY_NODES
     */
    public List<NodePlan> plan(List<NodeDraft> drafts) {
        refuseFaults(drafts);
        lock.lock();
        try {
            List<NodePlan> plans =
                    drafts.stream().map(draft -> plan(draft.node())).toList();
            refuseTooMany(Registered.of(plans).created());
            return plans;
        } finally {
            lock.unlock();
        }
    }

    private NodePlan plan(EdgeNode node) {
        Optional<EdgeNode> known = book.find(node.id()).map(NodeRecord::node);
        if (known.isEmpty()) {
            return new NodePlan(node.id(), Change.CREATED, List.of());
        }
        var fields = new ArrayList<String>();
        if (!known.get().url().equals(node.url())) {
            fields.add("url");
        }
        if (!known.get().domain().equals(node.domain())) {
            fields.add("domain");
        }
        if (!known.get().interval().equals(node.interval())) {
            fields.add("interval");
        }
        return new NodePlan(node.id(), fields.isEmpty() ? Change.UNCHANGED : Change.UPDATED, fields);
    }

    /**
     * Takes a node out.
     *
     * @throws Refusal NODE_NOT_FOUND, NODES_UNAVAILABLE
     */
    public void remove(String id) {
        lock.lock();
        try {
            book.require(id);
            store.remove(id);
            book.remove(id);
        } finally {
            lock.unlock();
        }
    }

    private Registered write(List<EdgeNode> nodes) {
        var changes = new ArrayList<RegisteredNode>();
        int created = 0;
        for (EdgeNode node : nodes) {
            Optional<RegisteredNode> known = book.find(node.id()).map(NodeRecord::registered);
            if (known.isEmpty()) {
                created++;
                changes.add(new RegisteredNode(node, spool.next()));
            } else if (!known.get().node().equals(node)) {
                changes.add(new RegisteredNode(node, known.get().since()));
            }
        }
        refuseTooMany(created);
        if (!changes.isEmpty()) {
            store.put(changes);
            changes.forEach(book::put);
        }
        return new Registered(created, changes.size() - created, nodes.size() - changes.size());
    }

    private void refuseTooMany(int created) {
        if (book.size() + created > MAX_NODES) {
            throw new Refusal(
                    EdgeReason.TOO_MANY_NODES,
                    "at most " + MAX_NODES + " nodes, of which " + book.size() + " are registered; " + created
                            + " are new");
        }
    }

    private void refuseFaults(List<NodeDraft> drafts) {
        var details = new ArrayList<Refusal.Detail>();
        var ids = new HashSet<String>();
        boolean invalid = false;
        for (int i = 0; i < drafts.size(); i++) {
            NodeDraft draft = drafts.get(i);
            for (NodeDraft.Fault fault : draft.faults(guard)) {
                details.add(new Refusal.Detail("nodes[" + i + "]." + fault.field(), fault.message()));
                invalid |= !fault.forbidden();
            }
            if (!ids.add(draft.id())) {
                details.add(new Refusal.Detail("nodes[" + i + "].id", "stands twice"));
                invalid = true;
            }
        }
        if (!details.isEmpty()) {
            Refusal.Detail first = details.getFirst();
            throw new Refusal(
                    invalid ? EdgeReason.INVALID_NODE : EdgeReason.ADDRESS_NOT_ALLOWED,
                    first.where() + ": " + first.what()
                            + (details.size() == 1 ? "" : " (and " + (details.size() - 1) + " more)"),
                    details.subList(0, Math.min(details.size(), 1_000)));
        }
    }
}
