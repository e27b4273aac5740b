package io.millrace.edge.app;

import io.millrace.edge.domain.Aggregate;
import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.Summary;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * One round over all nodes that are due: asked at the same time up to a bound, those that failed before last; it ends by its limit whoever hangs. What was
 * answered goes to the spool, then the aggregate of all nodes. Not thread-safe but for {@link #latest}.
 */
public final class Cycle {
    private static final Logger LOG = Logger.getLogger(Cycle.class);

    private final NodeBook book;
    private final NodeClient client;
    private final Spool spool;
    private final Optional<Spool> cloud;
    private final GatewayTime time;
    private final EdgeMetrics metrics;
    private final Bounds bounds;
    private volatile Optional<Aggregate> latest = Optional.empty();
    private long number;

    /**
     * @param interval between the starts of cycles
     * @param limit of a whole cycle
     * @param pullLimit of one pull
     * @param concurrency pulls at the same time
     */
    public record Bounds(Duration interval, Duration limit, Duration pullLimit, int concurrency) {}

    private record Answered(NodeRecord node, NodeClient.Answer answer) {}

    private record Taken(NodeRecord node, CompletableFuture<Void> durable) {}

    /**
     * @param cloud where aggregates wait for the cloud
     */
    public Cycle(
            NodeBook book,
            NodeClient client,
            Spool spool,
            Optional<Spool> cloud,
            GatewayTime time,
            EdgeMetrics metrics,
            Bounds bounds) {
        this.book = book;
        this.client = client;
        this.spool = spool;
        this.cloud = cloud;
        this.time = time;
        this.metrics = metrics;
        this.bounds = bounds;
    }

    /** The last aggregate; empty before the first cycle has ended. */
    public Optional<Aggregate> latest() {
        return latest;
    }

    /** Runs a cycle; returns by its limit, and a little for the disk. */
    public Aggregate run() throws InterruptedException {
        Duration start = time.uptime();
        number++;
        pull(start.plus(bounds.limit()));
        Aggregate aggregate = Aggregate.of(time.now(), book.states());
        keep(aggregate);
        latest = Optional.of(aggregate);
        metrics.cycle(
                time.uptime().minus(start),
                aggregate.answered(),
                aggregate.nodes().size());
        return aggregate;
    }

    private void pull(Duration deadline) throws InterruptedException {
        var waiting = new ArrayDeque<>(due());
        var inFlight = new HashSet<NodeRecord>();
        var answers = new LinkedBlockingQueue<Answered>();
        var taken = new ArrayList<Taken>();
        while (!waiting.isEmpty() || !inFlight.isEmpty()) {
            Duration left = deadline.minus(time.uptime());
            if (!left.isPositive()) {
                break;
            }
            while (!waiting.isEmpty() && inFlight.size() < bounds.concurrency() && answers.isEmpty()) {
                ask(waiting.remove(), min(left, bounds.pullLimit()), inFlight, answers);
            }
            Answered answered = answers.poll(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS);
            if (answered != null && inFlight.remove(answered.node())) {
                handle(answered, taken);
            }
        }
        giveUp(inFlight, waiting);
        awaitDisk(taken);
    }

    private List<NodeRecord> due() {
        record Candidate(NodeRecord node, long failures) {}
        return book.records().stream()
                .filter(node -> node.due(number, bounds.interval()))
                .map(node -> new Candidate(node, node.failures()))
                .sorted(Comparator.comparingLong(Candidate::failures))
                .map(Candidate::node)
                .toList();
    }

    private void ask(NodeRecord node, Duration limit, Set<NodeRecord> inFlight, LinkedBlockingQueue<Answered> answers) {
        node.pulledIn(number);
        inFlight.add(node);
        client.pull(node.node(), limit, answer -> answers.add(new Answered(node, answer)));
    }

    private void handle(Answered answered, List<Taken> taken) {
        switch (answered.answer()) {
            case NodeClient.Answer.Failed(NodeError error) -> miss(answered.node(), error, LossReason.PULL_FAILED);
            case NodeClient.Answer.Body(byte[] bytes) -> take(answered.node(), bytes, taken);
        }
    }

    private void take(NodeRecord node, byte[] body, List<Taken> taken) {
        Summary summary;
        try {
            summary = SummaryJson.summary(body);
        } catch (Refusal refusal) {
            miss(node, new NodeError(NodeError.Code.INVALID_SUMMARY, refusal.getMessage()), LossReason.INVALID);
            return;
        }
        try {
            node.locked(() -> {
                var now = time.now();
                Spool.Receipt receipt = spool.append(
                        SummaryEvent.pulled(node.node(), summary, now).entry());
                node.takePulled(summary, receipt.number(), now, time.uptime());
                return taken.add(new Taken(node, receipt.durable()));
            });
            metrics.pulled();
        } catch (Refusal refusal) {
            LossReason reason =
                    refusal.reason() == EdgeReason.SPOOL_FULL ? LossReason.SPOOL_FULL : LossReason.SPOOL_UNAVAILABLE;
            miss(node, new NodeError(NodeError.Code.NOT_SPOOLED, refusal.getMessage()), reason);
        }
    }

    private void miss(NodeRecord node, NodeError error, LossReason reason) {
        node.missPull(error, reason);
        metrics.pullFailed(error.code());
        metrics.dropped(reason);
    }

    private void giveUp(Set<NodeRecord> inFlight, ArrayDeque<NodeRecord> waiting) {
        var timeout = new NodeError(
                NodeError.Code.TIMEOUT, "no answer before the cycle ended, " + bounds.limit() + " after its start");
        inFlight.forEach(node -> miss(node, timeout, LossReason.PULL_FAILED));
        var notReached = new NodeError(
                NodeError.Code.NOT_REACHED,
                "the cycle ended, " + bounds.limit() + " after its start, before the node was asked");
        waiting.forEach(node -> {
            node.notReached(notReached);
            metrics.pullFailed(notReached.code());
        });
        if (!waiting.isEmpty()) {
            LOG.warnf("The cycle ended before %d nodes were asked", waiting.size());
        }
    }

    private void awaitDisk(List<Taken> taken) throws InterruptedException {
        try {
            spool.flushed().get(bounds.interval().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warnf("The spool did not take the cycle's summaries: %s", e.getMessage());
        }
        for (Taken one : taken) {
            if (one.durable().isCompletedExceptionally()) {
                one.node().untakePulled(new NodeError(NodeError.Code.NOT_SPOOLED, reason(one.durable())));
                metrics.dropped(LossReason.SPOOL_UNAVAILABLE);
            }
        }
    }

    private void keep(Aggregate aggregate) {
        var entry =
                new SpoolEntry(SpoolEntry.Kind.AGGREGATE, "aggregate", SummaryJson.bytes(AggregateView.of(aggregate)));
        keep(spool, "Kafka", entry);
        cloud.ifPresent(queue -> keep(queue, "the cloud", entry));
    }

    private void keep(Spool queue, String target, SpoolEntry entry) {
        try {
            queue.append(entry);
        } catch (Refusal refusal) {
            metrics.aggregateDropped();
            LOG.errorf("An aggregate for %s was dropped: %s", target, refusal.getMessage());
        }
    }

    private static String reason(CompletableFuture<Void> failed) {
        try {
            failed.getNow(null);
            return "";
        } catch (CompletionException e) {
            return String.valueOf(Optional.ofNullable(e.getCause()).orElse(e).getMessage());
        }
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
