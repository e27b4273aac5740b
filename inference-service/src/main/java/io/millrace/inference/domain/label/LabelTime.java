package io.millrace.inference.domain.label;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The event time of a label stream: what every partition has come to, of labels and of what predictions were made from (the pipeline's input, which keeps an order that predictions of a pipeline that catches up do not have). It is never past the newest prediction: labels that are there before a pipeline has scored what
 * they are about wait for it. Of the others, a partition with nothing more to read is not waited for once it is further behind that than records may be out of order. Time never goes back, and no clock moves it: where nothing
 * comes, it stands still. Microseconds since the epoch. Not thread-safe.
 */
public final class LabelTime {
    /** Before anything was read. */
    public static final long NEVER = Long.MIN_VALUE / 4;

    private final long disorderMicros;
    private final Map<String, Long> partitions = new HashMap<>();

    /** Those that gave a prediction. */
    private final Set<String> predicted = new HashSet<>();

    private long now = NEVER;

    LabelTime(long disorderMicros) {
        this.disorderMicros = disorderMicros;
    }

    /** A partition that is waited for. */
    void expect(String partition) {
        partitions.putIfAbsent(partition, NEVER);
    }

    void predicted(String partition, long micros) {
        predicted.add(partition);
        seen(partition, micros);
    }

    void seen(String partition, long micros) {
        partitions.merge(partition, micros, Math::max);
    }

    /** The newest prediction. */
    public long newest() {
        return predicted.stream()
                .mapToLong(partition -> partitions.getOrDefault(partition, NEVER))
                .max()
                .orElse(NEVER);
    }

    /**
     * Goes on to what all partitions have come to.
     *
     * @param nothingMore partitions that had nothing more when the newest prediction was of {@code then}
     */
    void advance(Set<String> nothingMore, long then) {
        long least = newest();
        for (Map.Entry<String, Long> partition : partitions.entrySet()) {
            boolean idle = nothingMore.contains(partition.getKey()) && partition.getValue() < then - disorderMicros;
            least = Math.min(least, idle ? then : partition.getValue());
        }
        now = Math.max(now, least);
    }

    void restore(Map<String, Long> times, long micros) {
        times.forEach(this::seen);
        now = Math.max(now, micros);
    }

    /** Every record of before has been read, but for those out of order and those of partitions that were not waited for. */
    public long now() {
        return now;
    }

    /** The latest time that was seen of each partition. */
    public Map<String, Long> partitions() {
        return Map.copyOf(partitions);
    }
}
