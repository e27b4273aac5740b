package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.telemetry.FeatureMetrics;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the ingestion of one view has done since this process started, counted for the view and for the service. */
final class Counts {
    private static final String LATE = LateRecords.Refused.LATE.name();

    final LongAdder applied = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder tooLate = new LongAdder();
    private final Map<String, LongAdder> byReason = new ConcurrentHashMap<>();

    /** Records not yet applied as the consumer saw it last. */
    volatile long lag;

    private final @Nullable FeatureMetrics metrics;

    Counts(FeatureMetrics metrics) {
        this.metrics = metrics;
    }

    private Counts() {
        this.metrics = null;
    }

    /** Of records that are gone over again: not counted for the service. */
    static Counts apart() {
        return new Counts();
    }

    void add(Applied outcome) {
        applied.add(outcome.applied());
        tooLate.add(outcome.tooLate());
        if (metrics != null) {
            metrics.applied(outcome.applied(), outcome.seen(), outcome.tooLate());
        }
    }

    void add(List<DeadLetters.DeadLetter> letters) {
        deadLettered.add(letters.size());
        for (DeadLetters.DeadLetter letter : letters) {
            if (metrics != null) {
                metrics.deadLettered(letter.reason());
            }
            byReason.computeIfAbsent(letter.reason().name(), _ -> new LongAdder())
                    .increment();
        }
    }

    /** Events that came too late: for the allowed lateness, or for everything that the online store still keeps. */
    long late() {
        LongAdder refused = byReason.get(LATE);
        return tooLate.sum() + (refused == null ? 0 : refused.sum());
    }

    /** Dead letters by reason. */
    Map<String, Long> reasons() {
        var counts = new TreeMap<String, Long>();
        byReason.forEach((reason, count) -> counts.put(reason, count.sum()));
        return counts;
    }
}
