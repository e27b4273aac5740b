package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import java.time.Duration;

/** The time that a call has, from the moment when this is made, and the caller whom its answer is for. Thread-safe. */
public final class Deadline {
    private final long start = System.nanoTime();
    private final Duration whole;
    private final long nanos;
    private final Caller caller;

    public Deadline(Duration whole) {
        this(whole, Caller.PATIENT);
    }

    public Deadline(Duration whole, Caller caller) {
        this.whole = whole;
        this.nanos = nanos(whole);
        this.caller = caller;
    }

    /** The longest time of all is taken for 292 years. */
    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    public Caller caller() {
        return caller;
    }

    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Nanoseconds that are left; 0 or less where none are. */
    public long leftNanos() {
        return nanos - (System.nanoTime() - start);
    }

    /**
     * What is left, positive.
     *
     * @throws Refusal DEADLINE_EXCEEDED where nothing is; CALLER_GONE
     */
    public Duration left() {
        long left = leftNanos();
        if (left <= 0) {
            throw exceeded();
        }
        if (caller.isGone()) {
            throw gone();
        }
        return Duration.ofNanos(left);
    }

    /** What a call is refused with when its time is over. */
    public Refusal exceeded() {
        return new Refusal(InferenceReason.DEADLINE_EXCEEDED, "not answered within " + whole);
    }

    /** What a call is refused with whose caller went away; nobody reads it. */
    public static Refusal gone() {
        return new Refusal(InferenceReason.CALLER_GONE, "the caller went away");
    }
}
