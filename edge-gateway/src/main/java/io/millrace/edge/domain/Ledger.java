package io.millrace.edge.domain;

import java.util.EnumMap;
import java.util.Map;

/**
 * What became of a node's summaries.
 *
 * @param expected pushes up to the highest sequence of each birth, pushes without a sequence as they came, and each pull that was tried
 * @param received taken: acknowledged, in the spool, counted once
 * @param duplicate came again and were not counted again
 * @param late taken behind a newer one; part of received
 * @param dropped not taken, by reason; a summary that was refused and sent again is both here and in received
 */
public record Ledger(long expected, long received, long duplicate, long late, Map<LossReason, Long> dropped) {
    public static final Ledger EMPTY = new Ledger(0, 0, 0, 0, Map.of());

    public Ledger {
        dropped = Map.copyOf(dropped);
    }

    /** Expected and not (yet) here. */
    public long missing() {
        return Math.max(0, expected - received);
    }

    public Ledger expect(long more) {
        return new Ledger(expected + more, received, duplicate, late, dropped);
    }

    public Ledger receive(boolean behind) {
        return new Ledger(expected, received + 1, duplicate, late + (behind ? 1 : 0), dropped);
    }

    /** Takes back a {@link #receive} whose write failed. */
    public Ledger unreceive(boolean behind) {
        return new Ledger(expected, received - 1, duplicate, late - (behind ? 1 : 0), dropped);
    }

    public Ledger repeat() {
        return new Ledger(expected, received, duplicate + 1, late, dropped);
    }

    public Ledger drop(LossReason reason) {
        var counts = new EnumMap<LossReason, Long>(LossReason.class);
        counts.putAll(dropped);
        counts.merge(reason, 1L, Long::sum);
        return new Ledger(expected, received, duplicate, late, counts);
    }
}
