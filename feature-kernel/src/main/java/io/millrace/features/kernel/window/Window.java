package io.millrace.features.kernel.window;

import java.time.Duration;

/** A sliding window: a read at T covers the events with floor(T − length, hop) &lt; time ≤ T; an {@link #UNBOUNDED} one all with time ≤ T. Microseconds. */
public record Window(long lengthMicros, long hopMicros) {
    /** The window of all events. Its tail never moves. */
    public static final Window UNBOUNDED = new Window(Long.MAX_VALUE, 1);

    public Window {
        if (lengthMicros <= 0 || hopMicros <= 0) {
            throw new IllegalArgumentException(
                    "a window and its hop must be positive, were " + lengthMicros + " and " + hopMicros);
        }
    }

    public static Window of(Duration length, Duration hop) {
        return new Window(micros(length), micros(hop));
    }

    public boolean isUnbounded() {
        return lengthMicros == Long.MAX_VALUE;
    }

    /** Where the window's tail lies at an instant, exclusive: a multiple of the hop, also before 1970. That of an unbounded one lies before all events. */
    public long tailAt(long asOfMicros) {
        return isUnbounded() ? Levels.BEGINNING : floor(asOfMicros - lengthMicros, hopMicros);
    }

    /** The first instant at which the tail lies behind {@code micros}; {@link Long#MAX_VALUE} of an unbounded window. */
    public long tailPasses(long micros) {
        return isUnbounded() ? Long.MAX_VALUE : floor(micros, hopMicros) + hopMicros + lengthMicros;
    }

    /** Whole microseconds of a duration. */
    public static long micros(Duration duration) {
        return Math.addExact(Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1_000);
    }

    /** The largest multiple of the step that is not above the instant. */
    public static long floor(long micros, long step) {
        return Math.floorDiv(micros, step) * step;
    }
}
