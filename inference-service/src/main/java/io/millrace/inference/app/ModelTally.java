package io.millrace.inference.app;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What calls of a model version came to since it was loaded. Thread-safe; each figure is exact, figures of one reading may be a call apart. */
public final class ModelTally {
    private final Sum success = new Sum();
    private final Sum failure = new Sum();
    private final Sum input = new Sum();
    private final Sum infer = new Sum();
    private final Sum output = new Sum();
    private final LongAdder rows = new LongAdder();
    private final AtomicLong lastMillis = new AtomicLong();
    private final Map<Integer, Parts> batches = new ConcurrentHashMap<>();

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

    /**
     * A call that was answered.
     *
     * @param nanos from its arrival to its answer
     * @param atMillis when, since the epoch
     */
    void succeeded(int batch, Inferred run, long nanos, long atMillis) {
        success.add(nanos);
        input.add(run.inputNanos());
        infer.add(run.inferNanos());
        output.add(run.outputNanos());
        rows.add(batch);
        Parts parts = batches.computeIfAbsent(batch, _ -> new Parts());
        parts.input().add(run.inputNanos());
        parts.infer().add(run.inferNanos());
        parts.output().add(run.outputNanos());
        lastMillis.accumulateAndGet(atMillis, Math::max);
    }

    /** A call that reached the version and failed. */
    void failed(long nanos) {
        failure.add(nanos);
    }

    public Total success() {
        return success.total();
    }

    public Total failure() {
        return failure.total();
    }

    /** Calls are run as they come: none waits. */
    public Total queue() {
        return new Total(success.total().count(), 0);
    }

    public Total input() {
        return input.total();
    }

    public Total infer() {
        return infer.total();
    }

    public Total output() {
        return output.total();
    }

    /** Rows of all answered calls; a call without a batch dimension is one. */
    public long rows() {
        return rows.sum();
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
