package io.millrace.features.app;

import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns at the store, of which so many are taken at one time; the reads run on threads of their own. Who gets none in time is refused. First come, first served, until a read had to be refused: from then on
 * the newest is served first, until for as long as a read may wait none was refused, so that under lasting overload what is answered is answered early and not by the last moment at which somebody
 * still waits for it (B. Maurer, Fail at Scale, 2015). Thread-safe.
 */
final class ReadTurns implements AutoCloseable {
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final long MOST_LOOK_NANOS = Duration.ofMillis(10).toNanos();
    private static final long LEAST_LOOK_NANOS = Duration.ofMillis(1).toNanos();

    private final int concurrency;
    private final Duration maxQueueing;
    private final long lookNanos;
    private final ThreadPoolExecutor readers;
    private final ScheduledExecutorService looker;

    /** The oldest first. */
    private final Deque<Turn<?>> waiting = new ArrayDeque<>();

    private int running;
    private boolean looking;
    private boolean newestFirst;
    private long lastRefusal;

    private static final class Turn<T> {
        private final ReadCall call;
        private final Supplier<T> read;
        private final long endNanos;
        private final CompletableFuture<T> answer = new CompletableFuture<>();

        private Turn(ReadCall call, Supplier<T> read, long endNanos) {
            this.call = call;
            this.read = read;
            this.endNanos = endNanos;
        }

        private boolean isLost(long now) {
            return now - endNanos >= 0 || call.isOver();
        }

        private void take() {
            try {
                call.requireWaiting();
                answer.complete(read.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }

        private void refuse(Refusal why) {
            try {
                call.requireWaiting();
                answer.completeExceptionally(why);
            } catch (Refusal gone) {
                answer.completeExceptionally(gone);
            }
        }
    }

    /**
     * @param concurrency turns that are taken at one time
     * @param maxQueueing the most that a read waits for its turn
     */
    ReadTurns(int concurrency, Duration maxQueueing) {
        this.concurrency = concurrency;
        this.maxQueueing = maxQueueing;
        this.lookNanos = Math.clamp(maxQueueing.toNanos() / 10, LEAST_LOOK_NANOS, MOST_LOOK_NANOS);
        this.readers = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("read-", 0).daemon().factory());
        this.looker = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("read-turns").daemon().factory());
    }

    /**
     * Reads when there is a turn; returns at once.
     *
     * @return completes on another thread with what was read, or with a {@link Refusal} where there was no turn in time or nobody waits any more
     */
    <T> CompletableFuture<T> read(ReadCall call, Supplier<T> read) {
        var turn = new Turn<>(
                call, read, System.nanoTime() + call.left(maxQueueing).toNanos());
        synchronized (this) {
            if (running == concurrency) {
                waiting.addLast(turn);
                lookLater();
                return turn.answer;
            }
            running++;
        }
        readers.execute(() -> readAll(turn));
        return turn.answer;
    }

    /** Takes one turn after the other, until nobody waits. */
    private void readAll(Turn<?> first) {
        Turn<?> turn = first;
        while (turn != null) {
            turn.take();
            turn = next();
        }
    }

    private @Nullable Turn<?> next() {
        var lost = new ArrayList<Turn<?>>();
        Turn<?> next;
        synchronized (this) {
            long now = System.nanoTime();
            do {
                newestFirst = newestFirst && now - lastRefusal < maxQueueing.toNanos();
                next = newestFirst ? waiting.pollLast() : waiting.pollFirst();
                if (next == null) {
                    running--;
                } else if (next.isLost(now)) {
                    lost.add(lost(next, now));
                }
            } while (next != null && next.isLost(now));
        }
        refuse(lost);
        return next;
    }

    /** Whose caller has gone is no sign that there are too many. */
    private Turn<?> lost(Turn<?> turn, long now) {
        if (!turn.call.isOver()) {
            newestFirst = true;
            lastRefusal = now;
        }
        return turn;
    }

    private void lookLater() {
        if (!looking) {
            looking = true;
            looker.schedule(this::look, lookNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Refuses those that have waited for too long, so that they hear of it before there is a turn. */
    private void look() {
        var lost = new ArrayList<Turn<?>>();
        synchronized (this) {
            long now = System.nanoTime();
            for (Iterator<Turn<?>> each = waiting.iterator(); each.hasNext(); ) {
                Turn<?> turn = each.next();
                if (turn.isLost(now)) {
                    each.remove();
                    lost.add(lost(turn, now));
                }
            }
            looking = false;
            if (!waiting.isEmpty()) {
                lookLater();
            }
        }
        refuse(lost);
    }

    private void refuse(List<Turn<?>> lost) {
        lost.forEach(turn -> turn.refuse(OnlineFeatures.tooMany("the store is busy with " + concurrency + " reads")));
    }

    @Override
    public void close() {
        looker.shutdownNow();
        readers.shutdownNow();
        List<Turn<?>> left;
        synchronized (this) {
            left = List.copyOf(waiting);
            waiting.clear();
        }
        left.forEach(turn -> turn.refuse(OnlineFeatures.tooMany("the service ends")));
    }
}
