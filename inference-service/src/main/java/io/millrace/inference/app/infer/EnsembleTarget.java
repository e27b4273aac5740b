package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.ensemble.EnsembleUse;
import io.millrace.inference.domain.Signature;

/**
 * An ensemble, with a version of each of its models.
 *
 * @param maxRows most rows of a call
 */
record EnsembleTarget(EnsembleUse ensemble, int maxRows) implements Target {
    @Override
    public Signature signature() {
        return ensemble.signature();
    }

    @Override
    public Result infer(InferRequest request, Deadline deadline) {
        long start = System.nanoTime();
        int rows;
        try {
            rows = check(request);
        } catch (Refusal refusal) {
            ensemble.refused(System.nanoTime() - start);
            throw refusal;
        }
        return new Result(
                ensemble.version(),
                ensemble.infer(request.inputs(), rows, deadline).outputs());
    }

    private int check(InferRequest request) {
        String title = "ensemble '" + ensemble.name() + "'";
        RequestCheck.check(
                title, signature(), (spec, type) -> spec.datatype() == type, request.inputs(), request.outputs());
        return RequestCheck.rows(title, request.inputs(), maxRows);
    }

    @Override
    public void close() {
        ensemble.close();
    }
}
