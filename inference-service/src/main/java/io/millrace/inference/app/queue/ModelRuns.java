package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelTally;
import io.millrace.inference.app.queue.RowJoin.Joined;
import io.millrace.inference.app.queue.RowJoin.NotByRowException;
import io.millrace.inference.domain.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Runs of a model for one call or several. Thread-safe. */
final class ModelRuns {
    private static final Logger LOG = Logger.getLogger(ModelRuns.class);

    private final String title;
    private final LoadedModel model;
    private final ModelTally tally;
    private final Optional<RowJoin> join;
    private volatile boolean isByRow = true;

    /** What a call got. */
    sealed interface Outcome {
        record Answer(Inferred inferred) implements Outcome {}

        record Fault(Refusal refusal) implements Outcome {}
    }

    ModelRuns(String title, LoadedModel model, ModelTally tally, Optional<RowJoin> join) {
        this.title = title;
        this.model = model;
        this.tally = tally;
        this.join = join;
    }

    /** Whether calls may share a run. */
    boolean joins() {
        return isByRow && join.isPresent();
    }

    /** One outcome a call, in order. Where a shared run fails, each call is run alone, so that no call fails for another's sake. */
    List<Outcome> run(List<LaneCall> calls) {
        if (calls.size() > 1 && join.isPresent()) {
            try {
                return together(join.get(), calls);
            } catch (NotByRowException e) {
                isByRow = false;
                LOG.warnf("Calls of %s are not joined any more: %s", title, e.getMessage());
            } catch (Refusal refusal) {
                LOG.debugf("A run of %d calls of %s failed, they are run alone: %s", calls.size(), title, refusal);
            }
        }
        var outcomes = new ArrayList<Outcome>(calls.size());
        for (LaneCall call : calls) {
            outcomes.add(alone(call));
        }
        return outcomes;
    }

    private List<Outcome> together(RowJoin joining, List<LaneCall> calls) throws NotByRowException {
        long begun = System.nanoTime();
        Joined joined = joining.join(calls);
        long joinNanos = System.nanoTime() - begun;
        Inferred whole;
        try {
            whole = infer(joined.tensors());
        } finally {
            joining.giveBack(joined);
        }
        List<Outcome> parts = joining.split(whole, joined.rows(), calls, joinNanos).stream()
                .<Outcome>map(Outcome.Answer::new)
                .toList();
        tally.ran(joined.rows(), whole);
        return parts;
    }

    private Outcome alone(LaneCall call) {
        try {
            Inferred answer = infer(call.inputs());
            tally.ran(call.rows(), answer);
            return new Outcome.Answer(answer);
        } catch (Refusal refusal) {
            return new Outcome.Fault(refusal);
        }
    }

    /** Whatever goes wrong in the engine is the run's failure: those who wait for it have to hear of it. */
    private Inferred infer(List<Tensor> inputs) {
        try {
            return model.infer(inputs);
        } catch (Refusal refusal) {
            throw refusal;
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            LOG.errorf(e, "A run of %s failed", title);
            throw new Refusal(InferenceReason.MODEL_FAILED, "the model failed: " + e.getMessage(), e);
        }
    }
}
