package io.millrace.gate.grpc;

import java.util.concurrent.Executor;

/** How far one event loop is behind: a task is put behind what waits already, and seen how long it takes to come. Used by that loop's thread alone. */
final class LoopDelay {
    /** Fewer calls than these are no overload, however long they waited. */
    private static final int FEW_CALLS = 64;

    /** A little is always let in, so that it is noticed when the load goes away. */
    private static final double MOST_REFUSED = 0.95;

    private final long targetNanos;
    private boolean underWay;
    private long begun;
    private long calls;
    private long lastNanos;
    private long lastCalls;

    /** @param targetNanos the delay from which on calls are refused; at three times of it most are */
    LoopDelay(long targetNanos) {
        this.targetNanos = targetNanos;
    }

    /**
     * Notes a call and says whether it is to be refused.
     *
     * @param draw evenly distributed in [0, 1)
     */
    boolean refuses(Executor loop, long now, double draw) {
        calls++;
        if (!underWay) {
            underWay = true;
            begun = now;
            calls = 1;
            loop.execute(() -> arrived(System.nanoTime()));
        }
        return draw < refusedShare(now);
    }

    private void arrived(long now) {
        underWay = false;
        lastNanos = now - begun;
        lastCalls = calls;
    }

    private double refusedShare(long now) {
        boolean isWorse = now - begun > lastNanos;
        long delay = isWorse ? now - begun : lastNanos;
        long waiting = isWorse ? calls : lastCalls;
        if (waiting < FEW_CALLS || delay <= targetNanos) {
            return 0;
        }
        return Math.min(MOST_REFUSED, (delay - targetNanos) / (2.0 * targetNanos));
    }
}
