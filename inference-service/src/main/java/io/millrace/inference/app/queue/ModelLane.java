package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.ModelTally.Failure;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The way of calls into a model version: answers that were kept, then the queue and the runs. Counts what calls come to. Thread-safe. */
public final class ModelLane {
    private static final Logger LOG = Logger.getLogger(ModelLane.class);

    private final ModelTally tally;
    private final InstantSource clock;
    private final RunQueue queue;
    private final @Nullable AnswerCache cache;
    private final Optional<RowJoin> join;

    /** Keeps a version loaded. */
    public interface Hold {
        /** One user more; only while there is one. */
        void acquire();

        void release();
    }

    ModelLane(
            String title,
            LoadedModel model,
            LaneSettings settings,
            ModelTally tally,
            Hold hold,
            Executor threads,
            InstantSource clock) {
        this.tally = tally;
        this.clock = clock;
        this.cache = settings.cache()
                .map(declared -> new AnswerCache(declared, settings.cacheBytes()))
                .orElse(null);
        this.join = settings.batching().isPresent() ? join(title, model) : Optional.empty();
        BatchTuner tuner = join.isEmpty()
                ? null
                : new BatchTuner(settings.batching().orElseThrow(), settings.concurrency(), System.nanoTime());
        var runs = new ModelRuns(title, model, tally, join);
        this.queue = new RunQueue(title, settings, runs, tuner, hold, threads);
    }

    private static Optional<RowJoin> join(String title, LoadedModel model) {
        String objection = model.signature().isBatch()
                ? JoinProbe.objection(model)
                : "not all of its tensors have a batch dimension";
        if (objection != null) {
            LOG.warnf("Calls of %s are not joined, although it declares batching: %s", title, objection);
            return Optional.empty();
        }
        return Optional.of(new RowJoin(model.signature()));
    }

    /** See {@link io.millrace.inference.app.ModelUse#infer}. */
    public Inferred infer(List<Tensor> inputs, int rows, Deadline deadline) {
        long start = System.nanoTime();
        try {
            deadline.left();
            return cache == null ? run(inputs, rows, deadline, start) : cached(cache, inputs, rows, deadline, start);
        } catch (RuntimeException e) {
            tally.failed(Failure.of(e), System.nanoTime() - start);
            throw e;
        }
    }

    /** See {@link io.millrace.inference.app.ModelUse#inferNow}. */
    public Optional<Inferred> inferNow(List<Tensor> inputs, int rows, Deadline deadline) {
        if (cache != null || !queue.isInstant()) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        try {
            deadline.left();
            var call = new LaneCall(inputs, rows, shapes(inputs), deadline);
            Optional<Inferred> answer = queue.passNow(call);
            answer.ifPresent(
                    run -> tally.answered(rows, call.queued(), run, System.nanoTime() - start, clock.millis()));
            return answer;
        } catch (RuntimeException e) {
            tally.failed(Failure.of(e), System.nanoTime() - start);
            throw e;
        }
    }

    private Object shapes(List<Tensor> inputs) {
        return join.map(together -> together.shapes(inputs)).orElse(this);
    }

    private Inferred cached(AnswerCache kept, List<Tensor> inputs, int rows, Deadline deadline, long start) {
        ByteBuffer key = AnswerCache.key(inputs);
        List<Tensor> known = kept.find(key, System.nanoTime());
        long looked = System.nanoTime();
        if (known != null) {
            tally.answeredFromCache(looked - start, clock.millis());
            return new Inferred(known, 0, 0, 0);
        }
        Inferred answer = run(inputs, rows, deadline, start);
        long ran = System.nanoTime();
        kept.keep(key, answer, ran);
        tally.missedCache(looked - start + System.nanoTime() - ran);
        return answer;
    }

    private Inferred run(List<Tensor> inputs, int rows, Deadline deadline, long start) {
        var call = new LaneCall(inputs, rows, shapes(inputs), deadline);
        Inferred answer = queue.pass(call);
        tally.answered(rows, call.queued(), answer, System.nanoTime() - start, clock.millis());
        return answer;
    }

    /** Whether the queue is full, so that a call need not be read to be refused; then it is counted as one that was. */
    public boolean refuses() {
        boolean isFull = queue.isFull();
        if (isFull) {
            tally.failed(Failure.REJECTED, 0);
        }
        return isFull;
    }

    /** Calls that wait for their run. */
    public int pending() {
        return queue.pending();
    }

    /** How calls are joined; empty where they are not. */
    public Optional<BatchChoice> batching() {
        return queue.batching();
    }

    static Refusal busy(String why) {
        return Admission.busy(why);
    }
}
