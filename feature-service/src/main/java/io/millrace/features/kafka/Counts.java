package io.millrace.features.kafka;

import io.millrace.features.app.OnlineStore.Applied;
import io.millrace.features.telemetry.FeatureMetrics;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What the ingestion of one view has done since this process started, counted for the view and for the service. */
final class Counts {
    final LongAdder applied = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder tooLate = new LongAdder();
    /** Records not yet applied as the consumer saw it last. */
    volatile long lag;

    private final FeatureMetrics metrics;

    Counts(FeatureMetrics metrics) {
        this.metrics = metrics;
    }

    void add(Applied outcome) {
        applied.add(outcome.applied());
        tooLate.add(outcome.tooLate());
        metrics.applied(outcome.applied(), outcome.seen(), outcome.tooLate());
    }

    void add(List<DeadLetters.DeadLetter> letters) {
        deadLettered.add(letters.size());
        letters.forEach(letter -> metrics.deadLettered(letter.reason()));
    }
}
