package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.Tensor;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A call on its way through a lane. Its state changes under the lane's lock, but for {@link State#LEADS} to what follows; anybody may read it. */
final class LaneCall {
    /** Where a call is. */
    enum State {
        /** It waits in the queue, or in a run that is being put together. */
        WAITING,
        /** Its own thread is to put a run together, itself in it, and make it. */
        LEADS,
        /** It is in a run, or another thread leads for it. */
        TAKEN,
        /** Answered or failed. */
        DONE,
        /** Its time is over or its caller is gone; whatever comes is dropped. */
        LEFT
    }

    private final List<Tensor> inputs;
    private final int rows;
    private final Object shapes;
    private final Deadline deadline;
    private final long arrived = System.nanoTime();
    private final Thread thread = Thread.currentThread();
    private volatile State state = State.WAITING;
    private long begun = arrived;
    private @Nullable Inferred answer;
    private @Nullable Refusal failure;

    /**
     * Of the current thread.
     *
     * @param shapes equal for calls whose rows may stand in one tensor
     */
    LaneCall(List<Tensor> inputs, int rows, Object shapes, Deadline deadline) {
        this.inputs = inputs;
        this.rows = rows;
        this.shapes = shapes;
        this.deadline = deadline;
    }

    List<Tensor> inputs() {
        return inputs;
    }

    int rows() {
        return rows;
    }

    Object shapes() {
        return shapes;
    }

    Deadline deadline() {
        return deadline;
    }

    /** As {@link System#nanoTime}. */
    long arrived() {
        return arrived;
    }

    State state() {
        return state;
    }

    void become(State next) {
        state = next;
    }

    /** Whether an answer would still reach somebody. */
    boolean isWanted() {
        return state != State.LEFT
                && deadline.leftNanos() > 0
                && !deadline.caller().isGone();
    }

    void begin(long now) {
        begun = now;
    }

    /** Nanoseconds from the arrival to the run. */
    long queued() {
        return begun - arrived;
    }

    void answer(Inferred given) {
        answer = given;
        state = State.DONE;
    }

    void fail(Refusal why) {
        failure = why;
        state = State.DONE;
    }

    void wake() {
        if (thread != Thread.currentThread()) {
            LockSupport.unpark(thread);
        }
    }

    @Nullable
    Inferred answered() {
        return answer;
    }

    @Nullable
    Refusal failed() {
        return failure;
    }
}
