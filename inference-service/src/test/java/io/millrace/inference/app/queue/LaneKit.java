package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.domain.ModelServing.AnswerCaching;
import io.millrace.inference.domain.ModelServing.Batching;
import io.millrace.inference.domain.Tensor;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A lane with its model and tally, and callers on virtual threads. */
final class LaneKit implements AutoCloseable {
    final ModelTally tally = new ModelTally();
    final AtomicInteger users = new AtomicInteger(1);
    final ModelLane lane;

    private final ExecutorService engine = Executors.newCachedThreadPool();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    LaneKit(LoadedModel model, LaneSettings settings) {
        var hold = new ModelLane.Hold() {
            @Override
            public void acquire() {
                users.incrementAndGet();
            }

            @Override
            public void release() {
                users.decrementAndGet();
            }
        };
        this.lane = new ModelLane("model 'm'", model, settings, tally, hold, engine, Clock.systemUTC());
    }

    /** One run at a time. */
    static LaneSettings settings(int queueSize) {
        return settings(1, queueSize, Optional.empty(), Optional.empty(), Optional.empty());
    }

    static LaneSettings settings(
            int concurrency,
            int queueSize,
            Optional<Duration> queueTimeout,
            Optional<Batching> batching,
            Optional<AnswerCaching> cache) {
        return new LaneSettings(concurrency, queueSize, queueTimeout, batching, cache, 1 << 20);
    }

    static LaneSettings batching(int maxSize, Duration maxDelay) {
        return settings(
                1,
                1000,
                Optional.empty(),
                Optional.of(new Batching(maxSize, maxDelay, Optional.empty())),
                Optional.empty());
    }

    List<Tensor> infer(Tensor rows) {
        return infer(rows, new Deadline(Duration.ofSeconds(20)));
    }

    List<Tensor> infer(Tensor rows, Deadline deadline) {
        Inferred answer = lane.infer(List.of(rows), rows.shape().getFirst().intValue(), deadline);
        return answer.outputs();
    }

    /** Calls from a virtual thread; gives the reason where it is refused. */
    Future<Object> call(Tensor rows, Deadline deadline) {
        return callers.submit(() -> {
            try {
                return infer(rows, deadline);
            } catch (Refusal refusal) {
                return InferenceReason.valueOf(refusal.reason().name());
            }
        });
    }

    Future<Object> call(Tensor rows) {
        return call(rows, new Deadline(Duration.ofSeconds(20)));
    }

    @Override
    public void close() {
        callers.close();
        engine.close();
    }
}
