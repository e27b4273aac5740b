package io.millrace.inference.app;

import java.util.concurrent.atomic.LongAdder;

/** What a pipeline's stream has done since this process started, over all restarts of the stream. Thread-safe. */
public final class StreamTally {
    private final LongAdder predictions = new LongAdder();
    private final LongAdder deadLettered = new LongAdder();
    private final LongAdder contractViolations = new LongAdder();

    /** Counts what one transaction committed. */
    public void committed(int newPredictions, int newDeadLetters) {
        predictions.add(newPredictions);
        deadLettered.add(newDeadLetters);
    }

    /** Counts rows that broke the input's contract, once for each rule that they broke. */
    public void violated(long rows) {
        contractViolations.add(rows);
    }

    public long predictions() {
        return predictions.sum();
    }

    public long deadLettered() {
        return deadLettered.sum();
    }

    public long contractViolations() {
        return contractViolations.sum();
    }
}
