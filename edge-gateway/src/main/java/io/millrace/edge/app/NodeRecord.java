package io.millrace.edge.app;

import io.millrace.edge.domain.EdgeNode;
import io.millrace.edge.domain.EventWindow;
import io.millrace.edge.domain.EventWindow.EventKey;
import io.millrace.edge.domain.Ledger;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeState;
import io.millrace.edge.domain.NodeState.Status;
import io.millrace.edge.domain.SequenceWindow;
import io.millrace.edge.domain.SequenceWindow.Verdict;
import io.millrace.edge.domain.Summary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the gateway knows of one node. Thread-safe: each method takes the node's own lock, {@link #locked} holds it over several. */
final class NodeRecord {
    private final ReentrantLock lock = new ReentrantLock();
    private RegisteredNode registered;
    private SequenceWindow sequences = new SequenceWindow();
    private EventWindow events = new EventWindow();
    private Ledger ledger = Ledger.EMPTY;
    private long number = -1;
    private @Nullable Summary newest;
    private @Nullable Instant lastSeen;
    private boolean lastPushed;
    private Duration seenAt;
    private @Nullable NodeError pullError;
    private long failures;
    private long pulledInCycle = Long.MIN_VALUE;

    /**
     * @param uptime now; a node is given its intervals from here before it counts as silent
     */
    NodeRecord(RegisteredNode registered, Duration uptime) {
        this.registered = registered;
        this.seenAt = uptime;
    }

    <T> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }

    private void update(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    RegisteredNode registered() {
        return locked(() -> registered);
    }

    EdgeNode node() {
        return registered().node();
    }

    void change(RegisteredNode changed) {
        update(() -> registered = changed);
    }

    Ledger ledger() {
        return locked(() -> ledger);
    }

    /** What a push is to this node; a duplicate where either its sequence or its event was seen. */
    Verdict verdict(Push push) {
        return locked(() -> {
            if (push.event().map(NodeRecord::key).filter(events::contains).isPresent()) {
                return Verdict.DUPLICATE;
            }
            return push.sequence().isPresent()
                    ? sequences.verdict(push.birth(), push.sequence().getAsLong())
                    : Verdict.NEWEST;
        });
    }

    /** Takes a push that is in the spool under {@code at}. */
    void take(Push push, boolean late, long at, Instant receivedAt, Duration uptime) {
        update(() -> {
            long grown = push.sequence().isPresent()
                    ? sequences.mark(push.birth(), push.sequence().getAsLong())
                    : 1;
            push.event().map(NodeRecord::key).ifPresent(events::add);
            ledger = ledger.expect(grown).receive(late);
            number = Math.max(number, at);
            if (!late) {
                newest = push.summary();
            }
            seen(receivedAt, uptime, true);
        });
    }

    /** Takes back a push that the disk did not take: it may come again. */
    void untake(Push push, boolean late) {
        update(() -> {
            push.sequence().ifPresent(sequence -> sequences.forget(push.birth(), sequence));
            push.event().map(NodeRecord::key).ifPresent(events::forget);
            ledger = ledger.unreceive(late).drop(LossReason.SPOOL_UNAVAILABLE);
        });
    }

    /** Takes a pulled summary that is in the spool under {@code at}. */
    void takePulled(Summary summary, long at, Instant receivedAt, Duration uptime) {
        update(() -> {
            ledger = ledger.expect(1).receive(false);
            number = Math.max(number, at);
            newest = summary;
            seen(receivedAt, uptime, false);
        });
    }

    /** The node was asked and gave nothing that could be taken. */
    void missPull(NodeError error, LossReason reason) {
        update(() -> {
            ledger = ledger.expect(1).drop(reason);
            fail(error);
        });
    }

    /** Takes back a pulled summary that the disk did not take. */
    void untakePulled(NodeError error) {
        update(() -> {
            ledger = ledger.unreceive(false).drop(LossReason.SPOOL_UNAVAILABLE);
            fail(error);
        });
    }

    /** The cycle ended before the node was asked. */
    void notReached(NodeError error) {
        update(() -> {
            fail(error);
        });
    }

    void repeat() {
        update(() -> ledger = ledger.repeat());
    }

    void drop(LossReason reason) {
        update(() -> ledger = ledger.drop(reason));
    }

    /** Whether this cycle is the node's: it has an address, and every {@code period}-th cycle is enough for its interval. */
    boolean due(long cycle, Duration cycleInterval) {
        return locked(() -> {
            if (registered.node().url().isEmpty()) {
                return false;
            }
            long period = Math.max(
                    1, Math.round((double) registered.node().interval().toMillis() / cycleInterval.toMillis()));
            return pulledInCycle == Long.MIN_VALUE || cycle - pulledInCycle >= period;
        });
    }

    void pulledIn(long cycle) {
        update(() -> pulledInCycle = cycle);
    }

    /** Pulls that failed in a row. */
    long failures() {
        return locked(() -> failures);
    }

    /**
     * @param missedLimit intervals without a push after which the node is in error
     */
    NodeState state(Duration uptime, int missedLimit) {
        return locked(() -> {
            EdgeNode node = registered.node();
            long silent = Math.max(0, uptime.minus(seenAt).dividedBy(node.interval()));
            boolean pushes = node.url().isEmpty() || (lastPushed && silent < missedLimit);
            long missed = pushes ? silent : failures;
            Optional<NodeError> error = Optional.empty();
            if (!pushes && pullError != null) {
                error = Optional.of(pullError);
            } else if (newest == null) {
                error = Optional.of(new NodeError(NodeError.Code.NEVER_SEEN, "no summary yet"));
            } else if (pushes && silent >= missedLimit) {
                error = Optional.of(new NodeError(
                        NodeError.Code.SILENT, "no summary for " + silent + " intervals of " + node.interval()));
            }
            Status status = error.map(e -> e.code() == NodeError.Code.NEVER_SEEN ? Status.NEVER_SEEN : Status.ERROR)
                    .orElse(Status.SUCCESS);
            return new NodeState(
                    node, status, error, Optional.ofNullable(lastSeen), missed, Optional.ofNullable(newest));
        });
    }

    /** Applies an entry of the spool again, unless it is in the memory already. */
    void replay(long at, SummaryEvent event, Duration uptime) {
        update(() -> {
            if (at <= number || at < registered.since()) {
                return;
            }
            if (event.pushed()) {
                take(event.push(), event.late(), at, event.receivedAt(), uptime);
            } else {
                takePulled(event.summary(), at, event.receivedAt(), uptime);
            }
        });
    }

    Checkpoint.Memory memory() {
        return locked(() -> new Checkpoint.Memory(
                registered.node().id(),
                registered.since(),
                number,
                sequences.birth(),
                sequences.first(),
                sequences.highest(),
                sequences.bits(),
                events.keys(),
                ledger.expected(),
                ledger.received(),
                ledger.duplicate(),
                ledger.late(),
                Ledgers.names(ledger),
                lastSeen == null ? null : lastSeen.toString(),
                newest == null ? null : SummaryJson.text(newest)));
    }

    /** Goes on from what {@link #memory} gave, unless that was a namesake. */
    void restore(Checkpoint.Memory memory) {
        update(() -> {
            if (memory.since() != registered.since()) {
                return;
            }
            number = memory.number();
            sequences = new SequenceWindow(memory.birth(), memory.first(), memory.highest(), memory.bits());
            events = new EventWindow(memory.events());
            ledger = Ledgers.of(memory);
            String seen = memory.lastSeen();
            lastSeen = seen == null ? null : Instant.parse(seen);
            String summary = memory.summary();
            newest = summary == null
                    ? null
                    : SummaryJson.summary(SummaryJson.own(summary.getBytes(StandardCharsets.UTF_8)));
        });
    }

    private void seen(Instant receivedAt, Duration uptime, boolean pushed) {
        lastSeen = receivedAt;
        seenAt = uptime;
        lastPushed = pushed;
        pullError = null;
        failures = 0;
    }

    private void fail(NodeError error) {
        pullError = error;
        failures++;
    }

    private static EventKey key(Push.Event event) {
        return EventKey.of(event.source(), event.id());
    }
}
