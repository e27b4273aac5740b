package io.millrace.benchmarks.load;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Counts ended calls. Thread-safe. */
final class Tally {
    private static final int DIGITS = 3;

    private final Recorder answered = new Recorder(DIGITS);
    private final Recorder failed = new Recorder(DIGITS);
    private final LongAdder ended = new LongAdder();
    private final Map<String, LongAdder> kinds = new ConcurrentHashMap<>();
    private volatile @Nullable Throwable failure;

    void ended(@Nullable Throwable thrown, long nanos) {
        if (thrown == null) {
            answered.recordValue(Math.max(0, nanos));
        } else {
            failed.recordValue(Math.max(0, nanos));
            failure = thrown;
            String message = String.valueOf(thrown.getMessage());
            int end = message.indexOf(':');
            kinds.computeIfAbsent(end < 0 ? message : message.substring(0, end), _ -> new LongAdder())
                    .increment();
        }
        ended.increment();
    }

    long ended() {
        return ended.sum();
    }

    Measured measured(long nanos) {
        Histogram good = answered.getIntervalHistogram();
        Histogram bad = failed.getIntervalHistogram();
        return new Measured(
                good.getTotalCount(),
                bad.getTotalCount(),
                Duration.ofNanos(nanos),
                good,
                bad,
                new TreeMap<>(kinds),
                failure);
    }
}
