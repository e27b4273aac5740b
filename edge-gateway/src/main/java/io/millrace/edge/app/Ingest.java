package io.millrace.edge.app;

import io.millrace.edge.domain.LossReason;
import io.millrace.edge.domain.SequenceWindow;
import io.millrace.edge.domain.SequenceWindow.Verdict;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Accepts pushed summaries. Acknowledged = fsynced in the spool, the answer "duplicate" included. Thread-safe. */
public final class Ingest {
    private final NodeBook book;
    private final Spool spool;
    private final GatewayTime time;
    private final EdgeMetrics metrics;
    private final Duration patience;

    /** A push that was decided and waits for the disk. */
    private record Pending(Push.Outcome outcome, CompletableFuture<Void> durable) {}

    /**
     * @param patience how long a push waits for the disk
     */
    public Ingest(NodeBook book, Spool spool, GatewayTime time, EdgeMetrics metrics, Duration patience) {
        this.book = book;
        this.spool = spool;
        this.time = time;
        this.metrics = metrics;
        this.patience = patience;
    }

    /**
     * Takes one summary, or says that it was taken before. Safe to retry whatever came back.
     *
     * @param decode makes the push of what the node sent; its Refusal is counted as the node's
     * @throws Refusal NODE_NOT_FOUND, what {@code decode} throws, INVALID_SUMMARY (no sequence and no event), STALE_SEQUENCE, SPOOL_FULL, SPOOL_UNAVAILABLE
     */
    public Push.Outcome push(String nodeId, Supplier<Push> decode) {
        Push.Outcome outcome = pushAll(nodeId, () -> List.of(decode.get())).getFirst();
        if (outcome == Push.Outcome.STALE) {
            throw new Refusal(
                    EdgeReason.STALE_SEQUENCE,
                    "the sequence is of an earlier birth or more than " + SequenceWindow.SIZE
                            + " behind the newest; a node that lost its counter sends a higher birth");
        }
        return outcome;
    }

    /**
     * Takes summaries in their order, with one wait for the disk. Where one is refused those before it may have been taken: sending all again is safe.
     *
     * @throws Refusal as {@link #push}, but a stale one is an outcome
     */
    public List<Push.Outcome> pushAll(String nodeId, Supplier<List<Push>> decode) {
        NodeRecord node = book.require(nodeId);
        List<Push> pushes = decode(node, decode);
        var pending = new ArrayList<Pending>(pushes.size());
        for (Push push : pushes) {
            pending.add(node.locked(() -> offer(node, push)));
        }
        pending.forEach(one -> await(one.durable()));
        pending.forEach(one -> metrics.pushed(one.outcome()));
        return pending.stream().map(Pending::outcome).toList();
    }

    private List<Push> decode(NodeRecord node, Supplier<List<Push>> decode) {
        try {
            List<Push> pushes = decode.get();
            for (Push push : pushes) {
                if (push.sequence().isEmpty()
                        ? push.event().isEmpty()
                        : push.sequence().getAsLong() < 1) {
                    throw new Refusal(
                            EdgeReason.INVALID_SUMMARY,
                            "'sequence' must be 1 or more; only a CloudEvent may come without");
                }
            }
            return pushes;
        } catch (Refusal refusal) {
            node.drop(LossReason.INVALID);
            metrics.dropped(LossReason.INVALID);
            throw refusal;
        }
    }

    private Pending offer(NodeRecord node, Push push) {
        Verdict verdict = node.verdict(push);
        return switch (verdict) {
            case DUPLICATE -> {
                node.repeat();
                // The first one may still be on its way to the disk.
                yield new Pending(Push.Outcome.DUPLICATE, spool.flushed());
            }
            case STALE -> {
                node.drop(LossReason.STALE_SEQUENCE);
                metrics.dropped(LossReason.STALE_SEQUENCE);
                yield new Pending(Push.Outcome.STALE, CompletableFuture.completedFuture(null));
            }
            case NEWEST, LATE -> append(node, push, verdict == Verdict.LATE);
        };
    }

    private Pending append(NodeRecord node, Push push, boolean late) {
        var now = time.now();
        Spool.Receipt receipt;
        try {
            receipt = spool.append(
                    SummaryEvent.pushed(node.node(), push, late, now).entry());
        } catch (Refusal refusal) {
            LossReason reason =
                    refusal.reason() == EdgeReason.SPOOL_FULL ? LossReason.SPOOL_FULL : LossReason.SPOOL_UNAVAILABLE;
            node.drop(reason);
            metrics.dropped(reason);
            throw refusal;
        }
        node.take(push, late, receipt.number(), now, time.uptime());
        CompletableFuture<Void> settled = receipt.durable().whenComplete((ignored, failure) -> {
            if (failure != null) {
                node.untake(push, late);
                metrics.dropped(LossReason.SPOOL_UNAVAILABLE);
            }
        });
        return new Pending(late ? Push.Outcome.LATE : Push.Outcome.TAKEN, settled);
    }

    private void await(CompletableFuture<Void> durable) {
        try {
            durable.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Refusal refusal
                    ? refusal
                    : new Refusal(EdgeReason.SPOOL_UNAVAILABLE, "the spool did not take it", e.getCause());
        } catch (TimeoutException e) {
            throw new Refusal(EdgeReason.SPOOL_UNAVAILABLE, "the disk did not confirm within " + patience, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(EdgeReason.SPOOL_UNAVAILABLE, "the gateway is stopping", e);
        }
    }
}
