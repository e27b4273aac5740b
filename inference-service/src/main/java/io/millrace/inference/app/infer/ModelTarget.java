package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Signature;
import java.util.Optional;

/**
 * A model version.
 *
 * @param maxRows most rows of a call, where its tensors have a batch dimension
 */
record ModelTarget(ModelUse model, int maxRows) implements Target {
    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public Result infer(InferRequest request, Deadline deadline) {
        int rows = counted(request);
        return new Result(
                model.identity().version(),
                model.infer(request.inputs(), rows, deadline).outputs());
    }

    @Override
    public Optional<Result> inferNow(InferRequest request, Deadline deadline) {
        int rows = counted(request);
        return model.inferNow(request.inputs(), rows, deadline)
                .map(run -> new Result(model.identity().version(), run.outputs()));
    }

    private int counted(InferRequest request) {
        long start = System.nanoTime();
        try {
            return check(request);
        } catch (Refusal refusal) {
            model.refused(System.nanoTime() - start);
            throw refusal;
        }
    }

    @Override
    public Optional<BatchChoice> batching() {
        return model.batching();
    }

    private int check(InferRequest request) {
        String title = "model '" + model.identity().name() + "'";
        RequestCheck.check(
                title, signature(), (spec, type) -> spec.datatype() == type, request.inputs(), request.outputs());
        return signature().isBatch() ? RequestCheck.rows(title, request.inputs(), maxRows) : 1;
    }

    @Override
    public void close() {
        model.close();
    }
}
