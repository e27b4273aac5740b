package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Caller;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.queue.LaneCall.State;
import io.millrace.inference.app.queue.ModelRuns.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls of one model version that wait for a run, first come, first served, and those who make the runs.
 *
 * <p>There is no thread that waits for work. A call that finds the model free makes its run itself, on its own thread; where calls are joined, it takes those along that wait. Whoever ends a run hands
 * the model on to the call that waits longest. A run that is not {@link RunTimes#isBrief brief} and has a virtual thread for its caller goes to a platform thread: the engine is native
 * code, which holds the carrier of a virtual thread, and with all carriers held nobody would notice that a deadline passes.
 *
 * <p>Every caller waits for itself and leaves by itself: when its deadline passes, when it has waited for {@code queueTimeout}, or when its caller goes away. What left before its run began is never run.
 */
final class RunQueue {
    private final String title;
    private final int concurrency;
    private final int queueSize;
    private final long queueNanos;
    private final Optional<Duration> queueTimeout;
    private final ModelRuns runs;
    private final @Nullable BatchTuner tuner;
    private final ModelLane.Hold hold;
    private final Executor threads;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrival = lock.newCondition();
    private final ArrayDeque<LaneCall> waiting = new ArrayDeque<>();
    private int running;
    /** Whether somebody puts a run together and waits for more calls. */
    private boolean isCollecting;

    private final RunTimes times = new RunTimes();
    private volatile int pending;

    RunQueue(
            String title,
            LaneSettings settings,
            ModelRuns runs,
            @Nullable BatchTuner tuner,
            ModelLane.Hold hold,
            Executor threads) {
        this.title = title;
        this.concurrency = settings.concurrency();
        this.queueSize = settings.queueSize();
        this.queueTimeout = settings.queueTimeout();
        this.queueNanos = queueTimeout.map(Duration::toNanos).orElse(Long.MAX_VALUE);
        this.runs = runs;
        this.tuner = tuner;
        this.hold = hold;
        this.threads = threads;
    }

    int pending() {
        return pending;
    }

    /** Whether no call can wait any more; a queue without room for any is never full. */
    boolean isFull() {
        return queueSize > 0 && pending >= queueSize;
    }

    Optional<BatchChoice> batching() {
        return Optional.ofNullable(tuner).filter(_ -> runs.joins()).map(BatchTuner::choice);
    }

    /**
     * Brings a call to its run, and gives what that gave.
     *
     * @throws Refusal what the run failed with; BUSY, DEADLINE_EXCEEDED, CALLER_GONE
     */
    Inferred pass(LaneCall call) {
        if (enter(call)) {
            lead(call);
        }
        if (call.state() != State.DONE) {
            await(call);
        }
        return outcome(call);
    }

    /** Whether runs are so brief, and begin so soon, that a thread that must not wait may make one. */
    boolean isInstant() {
        return times.isInstant() && (tuner == null || tuner.choice().maxDelay().isZero());
    }

    /**
     * The same without waiting: empty where the model is not free.
     *
     * @throws Refusal as {@link #pass}
     */
    Optional<Inferred> passNow(LaneCall call) {
        lock.lock();
        try {
            if (!isFree() || !times.isInstant(call.rows())) {
                return Optional.empty();
            }
            running++;
            call.become(State.LEADS);
        } finally {
            lock.unlock();
        }
        try {
            run(gather(call));
        } finally {
            passOn();
        }
        return Optional.of(outcome(call));
    }

    private boolean isFree() {
        return running < concurrency && waiting.isEmpty() && !isCollecting;
    }

    private Inferred outcome(LaneCall call) {
        Refusal failure = call.failed();
        if (failure != null) {
            throw failure;
        }
        if (call.state() == State.LEFT) {
            throw whyItLeft(call);
        }
        return Objects.requireNonNull(call.answered(), "a call that did not fail was answered");
    }

    /** Whether the model is free, and the call's to run; else it waits. */
    private boolean enter(LaneCall call) {
        lock.lock();
        try {
            if (isFree()) {
                running++;
                call.become(State.LEADS);
                return true;
            }
            if (waiting.size() >= queueSize) {
                throw ModelLane.busy(waiting.size() + " calls of " + title + " wait");
            }
            long expected = times.of(waitingRows()) / concurrency;
            if (expected > call.deadline().leftNanos()) {
                throw ModelLane.busy("the calls of " + title + " that wait take about "
                        + Duration.ofNanos(expected).toMillis() + " ms, which is longer than this one's deadline");
            }
            waiting.add(call);
            pending = waiting.size();
            if (isCollecting) {
                arrival.signal();
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    private long waitingRows() {
        return waiting.stream().mapToLong(LaneCall::rows).sum();
    }

    private void lead(LaneCall call) {
        if (times.isBrief() || !Thread.currentThread().isVirtual()) {
            try {
                run(gather(call));
            } finally {
                passOn();
            }
            return;
        }
        lock.lock();
        try {
            call.become(State.TAKEN);
        } finally {
            lock.unlock();
        }
        handOver(call);
    }

    private void handOver(LaneCall call) {
        hold.acquire();
        threads.execute(() -> work(call));
    }

    /** Runs on a platform thread as long as calls wait. */
    private void work(LaneCall first) {
        try {
            @Nullable LaneCall head = first;
            while (head != null) {
                run(gather(head));
                head = next(State.TAKEN);
            }
        } finally {
            hold.release();
        }
    }

    /** Hands the model on to whoever waits longest. */
    private void passOn() {
        boolean isBrief = times.isBrief();
        LaneCall next = next(isBrief ? State.LEADS : State.TAKEN);
        if (next != null && isBrief) {
            next.wake();
        } else if (next != null) {
            handOver(next);
        }
    }

    /** The call that waits longest, in a new state; null, and one run less, where none does. */
    private @Nullable LaneCall next(State state) {
        lock.lock();
        try {
            LaneCall next = waiting.poll();
            pending = waiting.size();
            if (next == null) {
                running--;
            } else {
                next.become(state);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** The calls of a run that {@code first} leads or is led in; those that nobody waits for any more are sent off. */
    private List<LaneCall> gather(LaneCall first) {
        lock.lock();
        try {
            var calls = new ArrayList<LaneCall>();
            calls.add(first);
            if (tuner != null && runs.joins() && first.rows() > 0) {
                collect(calls, tuner);
            }
            long now = System.nanoTime();
            for (Iterator<LaneCall> each = calls.iterator(); each.hasNext(); ) {
                LaneCall call = each.next();
                if (call.isWanted()) {
                    call.become(State.TAKEN);
                    call.begin(now);
                } else {
                    call.become(State.LEFT);
                    call.wake();
                    each.remove();
                }
            }
            return calls;
        } finally {
            lock.unlock();
        }
    }

    private void collect(List<LaneCall> calls, BatchTuner chosen) {
        LaneCall first = calls.getFirst();
        int most = chosen.size();
        int rows = take(calls, first.rows(), most);
        if (isCollecting || rows >= most || chosen.delayNanos() == 0) {
            return;
        }
        isCollecting = true;
        try {
            long left = chosen.delayNanos() - (System.nanoTime() - first.arrived());
            while (rows < most && left > 0) {
                left = arrival.awaitNanos(left);
                rows = take(calls, rows, most);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            isCollecting = false;
            startAnother();
        }
    }

    /** Takes those that wait and fit along, oldest first; how many rows there are then. */
    private int take(List<LaneCall> calls, int before, int most) {
        int rows = before;
        LaneCall first = calls.getFirst();
        for (Iterator<LaneCall> each = waiting.iterator(); rows < most && each.hasNext(); ) {
            LaneCall call = each.next();
            if (call.rows() > 0 && call.rows() <= most - rows && call.shapes().equals(first.shapes())) {
                calls.add(call);
                rows += call.rows();
                each.remove();
            }
        }
        pending = waiting.size();
        return rows;
    }

    /** While a run was put together, calls that do not fit into it had to wait although the model was free. */
    private void startAnother() {
        if (running < concurrency && !waiting.isEmpty()) {
            running++;
            LaneCall next = waiting.remove();
            pending = waiting.size();
            next.become(State.LEADS);
            next.wake();
        }
    }

    private void run(List<LaneCall> calls) {
        if (calls.isEmpty()) {
            return;
        }
        long begun = System.nanoTime();
        List<Outcome> outcomes = runs.run(calls);
        long ended = System.nanoTime();
        lock.lock();
        try {
            int rows = 0;
            for (int i = 0; i < calls.size(); i++) {
                LaneCall call = calls.get(i);
                rows += call.rows();
                if (call.state() != State.LEFT) {
                    switch (outcomes.get(i)) {
                        case Outcome.Answer(Inferred answer) -> call.answer(answer);
                        case Outcome.Fault(Refusal refusal) -> call.fail(refusal);
                    }
                    call.wake();
                }
                if (tuner != null) {
                    tuner.answered(ended - call.arrived());
                }
            }
            learn(Math.max(1, rows), ended - begun, ended);
        } finally {
            lock.unlock();
        }
    }

    private void learn(int rows, long took, long now) {
        times.ran(rows, took, tuner == null || rows * 2 >= tuner.size());
        if (tuner != null) {
            tuner.ran(rows, took, now);
        }
    }

    /** Waits until the call is answered, or leaves. */
    private void await(LaneCall call) {
        Deadline deadline = call.deadline();
        try (Caller.Watch watch = deadline.caller().onLeave(() -> leave(call))) {
            while (true) {
                switch (call.state()) {
                    case DONE, LEFT -> {
                        return;
                    }
                    case LEADS -> lead(call);
                    case WAITING -> park(call, Math.min(deadline.leftNanos(), queueLeft(call)));
                    case TAKEN -> park(call, deadline.leftNanos());
                }
            }
        }
    }

    private long queueLeft(LaneCall call) {
        return queueNanos == Long.MAX_VALUE ? queueNanos : queueNanos - (System.nanoTime() - call.arrived());
    }

    private void park(LaneCall call, long left) {
        if (left <= 0 || Thread.currentThread().isInterrupted()) {
            leave(call);
        } else {
            LockSupport.parkNanos(this, left);
        }
    }

    /** Takes a call out, wherever it is; one that is about to lead finds out by itself. */
    private void leave(LaneCall call) {
        lock.lock();
        try {
            if (call.state() == State.WAITING || call.state() == State.TAKEN) {
                waiting.remove(call);
                pending = waiting.size();
                call.become(State.LEFT);
                call.wake();
            }
        } finally {
            lock.unlock();
        }
    }

    private Refusal whyItLeft(LaneCall call) {
        if (call.deadline().leftNanos() <= 0) {
            return call.deadline().exceeded();
        }
        if (!call.deadline().caller().isGone() && queueLeft(call) <= 0) {
            return ModelLane.busy(title + " had no run for this call within " + queueTimeout.orElse(Duration.ZERO));
        }
        return Deadline.gone();
    }
}
