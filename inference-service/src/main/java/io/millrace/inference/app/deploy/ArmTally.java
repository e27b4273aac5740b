package io.millrace.inference.app.deploy;

import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;

/** What came of the calls that an arm or shadow got since this process started. Thread-safe. */
public final class ArmTally {
    private final LongConsumer durations;
    private final LongAdder calls = new LongAdder();
    private final LongAdder rows = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder scores = new LongAdder();
    private final DoubleAdder scoreSum = new DoubleAdder();
    private final LongAdder dropped = new LongAdder();

    /** @param durations hears how many nanoseconds each answer took */
    public ArmTally(LongConsumer durations) {
        this.durations = durations;
    }

    /** A call that was answered; in a stream, a batch's part. */
    public void answered(long rowsOfCall, long nanosOfCall) {
        calls.increment();
        rows.add(rowsOfCall);
        nanos.add(nanosOfCall);
        durations.accept(nanosOfCall);
    }

    /** A prediction among the rows. */
    public void scored(double prediction) {
        scores.increment();
        scoreSum.add(prediction);
    }

    /** A call that was not answered. What its caller did wrong, or did not wait for, is no error of the arm. */
    public void refused(RuntimeException why) {
        boolean callers = why instanceof Refusal refusal
                && (refusal.reason().kind() == Reason.Kind.INVALID_ARGUMENT
                        || refusal.reason() == InferenceReason.CALLER_GONE);
        if (!callers) {
            calls.increment();
            errors.increment();
        }
    }

    /** Calls that a shadow did not see although they were in its sample. */
    public void dropped() {
        dropped.increment();
    }

    /** Calls, those that failed included. */
    public long calls() {
        return calls.sum();
    }

    public long rows() {
        return rows.sum();
    }

    public long errors() {
        return errors.sum();
    }

    /** Predictions of pipelines; calls of a model with tensors have none. */
    public long scores() {
        return scores.sum();
    }

    public double scoreSum() {
        return scoreSum.sum();
    }

    /** 0 where there is none. */
    public double meanScore() {
        long count = scores();
        return count == 0 ? 0 : scoreSum() / count;
    }

    /** Of an answered call; 0 where there is none. */
    public long meanNanos() {
        long answered = calls() - errors();
        return answered <= 0 ? 0 : nanos.sum() / answered;
    }

    public long droppedCalls() {
        return dropped.sum();
    }
}
