package io.millrace.benchmarks.load;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What a stretch of load gave.
 *
 * @param answered calls that were answered as they should
 * @param failed all others
 * @param elapsed from the first call to the end of the stretch
 * @param nanos latencies of the answered calls
 * @param failedNanos latencies of the others
 * @param failures how many of the others there were of each kind: what their messages begin with
 * @param failure one of the failures
 */
public record Measured(
        long answered,
        long failed,
        Duration elapsed,
        Histogram nanos,
        Histogram failedNanos,
        Map<String, LongAdder> failures,
        @Nullable Throwable failure) {
    /** Answered calls per second. */
    public double rate() {
        return answered / (elapsed.toNanos() / 1e9);
    }

    /** A quantile of the latency in microseconds. */
    public double micros(double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e3;
    }

    /**
     * This, where nothing failed. A load generator that overlooks failures measures how fast nothing is done.
     *
     * @throws IllegalStateException where a call failed or none was answered
     */
    public Measured withoutFailures() {
        if (failed > 0 || answered == 0) {
            throw new IllegalStateException(failed + " calls failed, " + answered + " were answered", failure);
        }
        return this;
    }
}
