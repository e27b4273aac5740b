package io.millrace.inference.app.infer;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.queue.BatchChoice;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.deploy.Choice;
import java.time.Duration;
import java.util.HashMap;
import java.util.Optional;

/**
 * The arm of a deployment that a call goes to. The answer says so in the parameters {@value #DEPLOYMENT} and {@value #ARM}.
 *
 * @param target the arm's model
 * @param arm counted from 0
 * @param key that decided it
 */
record DeploymentTarget(Target target, Route route, int arm, String key, TensorMirror mirror) implements Target {
    static final String DEPLOYMENT = "deployment";
    static final String ARM = "arm";

    @Override
    public Signature signature() {
        return target.signature();
    }

    @Override
    public Duration allowance(InferRequest request) {
        return target.allowance(request);
    }

    @Override
    public Optional<BatchChoice> batching() {
        return target.batching();
    }

    @Override
    public Result infer(InferRequest request, Deadline deadline) {
        long start = System.nanoTime();
        try {
            return answered(request, target.infer(request, deadline), start);
        } catch (RuntimeException e) {
            route.tally(arm).refused(e);
            throw e;
        }
    }

    /** Not for calls without id: what is empty here is called again, and would then be drawn again, so that slow arms got less than their share. */
    @Override
    public Optional<Result> inferNow(InferRequest request, Deadline deadline) {
        if (request.id().isEmpty()) {
            return Optional.empty();
        }
        long start = System.nanoTime();
        try {
            return target.inferNow(request, deadline).map(result -> answered(request, result, start));
        } catch (RuntimeException e) {
            route.tally(arm).refused(e);
            throw e;
        }
    }

    private Result answered(InferRequest request, Result result, long start) {
        int rows = signature().isBatch()
                ? Math.toIntExact(request.inputs().getFirst().shape().getFirst())
                : 1;
        route.tally(arm).answered(rows, System.nanoTime() - start);
        Choice choice = route.choice(arm);
        mirror.mirror(route, choice, key, request, result, rows);
        var parameters = new HashMap<>(result.parameters());
        parameters.put(DEPLOYMENT, choice.deployment());
        parameters.put(ARM, choice.arm());
        return new Result(result.version(), result.outputs(), parameters);
    }

    @Override
    public void close() {
        target.close();
    }
}
