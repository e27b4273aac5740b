package io.millrace.inference.app.queue;

import io.millrace.inference.domain.ModelServing.Batching;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Chooses how large runs may be and how long they wait for calls. Without an objective both are what was declared. With one:
 *
 * <ul>
 *   <li>The size grows as long as runs fill it and take less than half of the objective: a call waits at most for the run before its own, and for its own. It doubles up to the first run that is too slow,
 *       and then goes on by eighths; a run that is too slow takes a quarter off (additive increase and multiplicative decrease, as in Clipper, NSDI 2017). Only what runs take counts: a long queue
 *       would otherwise make runs smaller just when they have to be large.
 *   <li>The delay grows only while the model is busy, so that runs get larger before the queue does, and within what the objective leaves; it falls back to nothing when the model is idle, where waiting
 *       would gain nothing, and when calls take longer than they should.
 * </ul>
 *
 * Guarded by its owner's lock, but for {@link #choice}.
 */
final class BatchTuner {
    /** How often both are chosen anew. */
    private static final long WINDOW_NANOS = Duration.ofMillis(250).toNanos();

    private static final int LEAST_RUNS = 8;
    private static final int KEPT = 1024;
    private static final long LEAST_DELAY_NANOS = 50_000;
    private static final double BUSY = 0.6;
    private static final double IDLE = 0.3;

    private final int declaredSize;
    private final long declaredDelay;
    private final long objective;
    private final int runsAtOnce;

    private int size;
    private long delay;
    private boolean isFirstRise = true;

    private final long[] runs = new long[KEPT];
    private final long[] calls = new long[KEPT];
    private int runCount;
    private int callCount;
    private int fullRuns;
    private int largest;
    private long busyNanos;
    private long windowBegan;
    private volatile BatchChoice choice;

    /**
     * @param runsAtOnce most runs under way at one time
     * @param now as {@link System#nanoTime}
     */
    BatchTuner(Batching declared, int runsAtOnce, long now) {
        this.declaredSize = declared.maxSize();
        this.declaredDelay = declared.maxDelay().toNanos();
        this.objective = declared.p99().map(Duration::toNanos).orElse(0L);
        this.runsAtOnce = runsAtOnce;
        this.size = isTuned() ? Math.min(declaredSize, 4) : declaredSize;
        this.delay = isTuned() ? 0 : declaredDelay;
        this.windowBegan = now;
        this.choice = choice(Optional.empty());
    }

    private boolean isTuned() {
        return objective > 0;
    }

    int size() {
        return size;
    }

    long delayNanos() {
        return delay;
    }

    BatchChoice choice() {
        return choice;
    }

    /** A call was answered so long after it came to the queue. */
    void answered(long nanos) {
        calls[callCount++ % KEPT] = nanos;
    }

    /** A run of so many rows ended. */
    void ran(int rows, long nanos, long now) {
        runs[runCount++ % KEPT] = nanos;
        busyNanos += nanos;
        largest = Math.max(largest, rows);
        if (rows >= size) {
            fullRuns++;
        }
        if (now - windowBegan >= WINDOW_NANOS && runCount >= LEAST_RUNS) {
            choose(now - windowBegan);
            runCount = 0;
            callCount = 0;
            fullRuns = 0;
            largest = 0;
            busyNanos = 0;
            windowBegan = now;
        }
    }

    private void choose(long window) {
        long callP99 = p99(calls, callCount);
        if (isTuned()) {
            long runP99 = p99(runs, runCount);
            chooseSize(runP99);
            chooseDelay(runP99, callP99, (double) busyNanos / window / runsAtOnce);
        }
        choice = choice(Optional.of(Duration.ofNanos(callP99)));
    }

    private void chooseSize(long runP99) {
        long budget = objective / 2;
        if (runP99 > budget) {
            isFirstRise = false;
            size = Math.max(1, Math.min(size, Math.max(1, largest)) * 3 / 4);
        } else if (fullRuns * 10 >= runCount) {
            int more = isFirstRise ? size : Math.max(1, size / 8);
            while (more > 0 && runP99 * (size + more) / size > budget) {
                isFirstRise = false;
                more /= 2;
            }
            size = Math.min(declaredSize, size + more);
        }
    }

    private void chooseDelay(long runP99, long callP99, double busy) {
        long room = Math.min(declaredDelay, (objective - 2 * runP99) / 2);
        if (callP99 > objective || busy < IDLE || room < LEAST_DELAY_NANOS) {
            delay = delay / 2 < LEAST_DELAY_NANOS ? 0 : delay / 2;
        } else if (busy > BUSY && fullRuns * 2 < runCount) {
            delay = Math.min(room, delay + Math.max(LEAST_DELAY_NANOS, declaredDelay / 8));
        }
        delay = Math.min(delay, Math.max(0, room));
    }

    private BatchChoice choice(Optional<Duration> measured) {
        return new BatchChoice(
                size,
                Duration.ofNanos(delay),
                isTuned() ? Optional.of(Duration.ofNanos(objective)) : Optional.empty(),
                measured);
    }

    private static long p99(long[] kept, int count) {
        int filled = Math.min(count, KEPT);
        if (filled == 0) {
            return 0;
        }
        long[] sorted = Arrays.copyOf(kept, filled);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(filled * 0.99) - 1];
    }
}
