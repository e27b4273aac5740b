package io.millrace.inference.kafka;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A scoring whose answers follow from the row alone: twice its {@code amount}. An amount of −1 is invalid; one of −2 makes the whole call fail. */
final class FakeScoring implements Scoring {
    volatile Duration takes;
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    volatile boolean available = true;
    volatile boolean complete = true;

    FakeScoring(Duration takes) {
        this.takes = takes;
    }

    @Override
    public ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration patience, Deadline deadline) {
        calls.incrementAndGet();
        if (!available) {
            refused.incrementAndGet();
            throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "feature-service is away");
        }
        if (takes.isPositive()) {
            LockSupport.parkNanos(takes.toNanos());
        }
        var scores = new ArrayList<RowScore>();
        for (ScoreRow row : rows) {
            long amount = (Long) row.fields().getOrDefault("amount", 0L);
            if (amount == -2) {
                throw new IllegalStateException("cannot score this");
            }
            scores.add(
                    amount == -1
                            ? new RowScore.Invalid(InferenceReason.WRONG_TYPE.name(), "amount")
                            : new RowScore.Scored(
                                    2.0 * amount, Map.of("id", "x"), Map.of(), Map.of(), List.of(), "00"));
        }
        return new ScoredBatch(scores, new ScoredBatch.ModelIdentity("fake", "1", "d1"), complete, List.of());
    }
}
