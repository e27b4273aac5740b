package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What calls of a model version came to since it was loaded. Thread-safe; each figure is exact, figures of one reading may be a call apart. */
public final class ModelTally {
    private final Sum success = new Sum();
    private final Map<Failure, Sum> failures = new EnumMap<>(Failure.class);
    private final Sum queue = new Sum();
    private final Sum input = new Sum();
    private final Sum infer = new Sum();
    private final Sum output = new Sum();
    private final Sum cacheHit = new Sum();
    private final Sum cacheMiss = new Sum();
    private final LongAdder rows = new LongAdder();
    private final LongAdder runs = new LongAdder();
    private final AtomicLong lastMillis = new AtomicLong();
    private final Map<Integer, Parts> batches = new ConcurrentHashMap<>();

    /** Why calls failed, in the words of Triton's metrics. */
    public enum Failure {
        /** Refused without a run: the queue was full, or the time was over. */
        REJECTED,
        /** The caller went away. */
        CANCELED,
        /** The model failed. */
        BACKEND,
        /** What was sent does not fit the model, and all else. */
        OTHER;

        public static Failure of(Throwable thrown) {
            if (thrown instanceof Refusal refusal && refusal.reason() instanceof InferenceReason reason) {
                return switch (reason) {
                    case BUSY, DEADLINE_EXCEEDED -> REJECTED;
                    case CALLER_GONE -> CANCELED;
                    case MODEL_FAILED -> BACKEND;
                    default -> OTHER;
                };
            }
            return OTHER;
        }
    }

    /** How often, and nanoseconds in all. */
    public record Total(long count, long nanos) {}

    /** The parts of the runs of one number of rows. */
    public record BatchTotal(int rows, Total input, Total infer, Total output) {}

    private static final class Sum {
        private final LongAdder count = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        void add(long took) {
            count.increment();
            nanos.add(took);
        }

        Total total() {
            return new Total(count.sum(), nanos.sum());
        }
    }

    private record Parts(Sum input, Sum infer, Sum output) {
        Parts() {
            this(new Sum(), new Sum(), new Sum());
        }
    }

    public ModelTally() {
        for (Failure failure : Failure.values()) {
            failures.put(failure, new Sum());
        }
    }

    /**
     * A run of the engine, for one call or several.
     *
     * @param batch its rows
     */
    public void ran(int batch, Inferred run) {
        runs.increment();
        Parts parts = batches.computeIfAbsent(batch, _ -> new Parts());
        parts.input().add(run.inputNanos());
        parts.infer().add(run.inferNanos());
        parts.output().add(run.outputNanos());
    }

    /**
     * A call that was answered by a run, which it may have shared.
     *
     * @param queued how long it waited for the run
     * @param nanos from its arrival to its answer
     * @param atMillis when, since the epoch
     */
    public void answered(int callRows, long queued, Inferred run, long nanos, long atMillis) {
        success.add(nanos);
        queue.add(queued);
        input.add(run.inputNanos());
        infer.add(run.inferNanos());
        output.add(run.outputNanos());
        rows.add(callRows);
        lastMillis.accumulateAndGet(atMillis, Math::max);
    }

    /**
     * A call that was answered with what was kept.
     *
     * @param nanos from its arrival to its answer
     * @param atMillis when, since the epoch
     */
    public void answeredFromCache(long nanos, long atMillis) {
        success.add(nanos);
        cacheHit.add(nanos);
        lastMillis.accumulateAndGet(atMillis, Math::max);
    }

    /**
     * A call whose answer was not kept.
     *
     * @param nanos of looking for it, and of keeping it
     */
    public void missedCache(long nanos) {
        cacheMiss.add(nanos);
    }

    /** A call that reached the version and failed. */
    public void failed(Failure why, long nanos) {
        Sum sum = failures.get(why);
        if (sum != null) {
            sum.add(nanos);
        }
    }

    public Total success() {
        return success.total();
    }

    public Total failure() {
        long count = 0;
        long nanos = 0;
        for (Sum sum : failures.values()) {
            count += sum.total().count();
            nanos += sum.total().nanos();
        }
        return new Total(count, nanos);
    }

    public Total failure(Failure why) {
        Sum sum = failures.get(why);
        return sum == null ? new Total(0, 0) : sum.total();
    }

    /** How long answered calls waited for their runs. */
    public Total queue() {
        return queue.total();
    }

    /** By call; those that shared a run count it whole, each. */
    public Total input() {
        return input.total();
    }

    /** By call, as {@link #input}. */
    public Total infer() {
        return infer.total();
    }

    /** By call, as {@link #input}. */
    public Total output() {
        return output.total();
    }

    public Total cacheHit() {
        return cacheHit.total();
    }

    public Total cacheMiss() {
        return cacheMiss.total();
    }

    /** Rows of the calls that runs answered; a call without a batch dimension is one. */
    public long rows() {
        return rows.sum();
    }

    /** Runs of the engine. */
    public long runs() {
        return runs.sum();
    }

    /** When the last call was answered, in milliseconds since the epoch; 0 before the first. */
    public long lastMillis() {
        return lastMillis.get();
    }

    /** By number of rows, fewest first. */
    public List<BatchTotal> batches() {
        return batches.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new BatchTotal(
                        entry.getKey(),
                        entry.getValue().input().total(),
                        entry.getValue().infer().total(),
                        entry.getValue().output().total()))
                .toList();
    }
}
