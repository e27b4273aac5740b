package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.domain.Signature;
import java.time.Duration;
import java.time.InstantSource;

/**
 * A model version.
 *
 * @param maxRows most rows of a call, where its tensors have a batch dimension
 */
record ModelTarget(ModelUse model, int maxRows, InstantSource clock) implements Target {
    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public Result infer(InferRequest request, Duration left) {
        long start = System.nanoTime();
        boolean answered = false;
        try {
            int rows = check(request);
            Inferred run = model.infer(request.inputs());
            model.succeeded(rows, run, System.nanoTime() - start, clock.millis());
            answered = true;
            return new Result(model.identity().version(), run.outputs());
        } finally {
            if (!answered) {
                model.failed(System.nanoTime() - start);
            }
        }
    }

    private int check(InferRequest request) {
        String title = "model '" + model.identity().name() + "'";
        RequestCheck.check(
                title, signature(), (spec, type) -> spec.datatype() == type, request.inputs(), request.outputs());
        if (!signature().isBatch()) {
            return 1;
        }
        long rows = request.inputs().getFirst().shape().getFirst();
        if (rows > maxRows) {
            throw new Refusal(
                    InferenceReason.INVALID_TENSOR,
                    "at most " + maxRows + " rows in a call of " + title + ", were " + rows);
        }
        for (var input : request.inputs()) {
            if (input.shape().getFirst() != rows) {
                throw new Refusal(
                        InferenceReason.INVALID_TENSOR,
                        "input '" + input.name() + "' has " + input.shape().getFirst() + " rows, '"
                                + request.inputs().getFirst().name() + "' has " + rows);
            }
        }
        return (int) rows;
    }

    @Override
    public void close() {
        model.close();
    }
}
