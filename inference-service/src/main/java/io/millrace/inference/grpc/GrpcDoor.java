package io.millrace.inference.grpc;

import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.inference.app.Admission;
import io.millrace.inference.app.Admission.Stay;
import io.millrace.inference.app.Caller;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.function.Function;

/** The door of gRPC for calls that run models. It is passed on the event loop: a call that is one too many takes no thread, and what waits for a thread is counted. */
@ApplicationScoped
public class GrpcDoor {
    private final Admission admission;
    private final GrpcWork work;
    private final InferenceMetrics metrics;

    public GrpcDoor(Admission admission, GrpcWork work, InferenceMetrics metrics) {
        this.metrics = metrics;
        this.admission = admission;
        this.work = work;
    }

    /** The answer that {@code later} gives on a thread of its own, or the refusal BUSY at once. */
    public <T> Uni<T> run(Function<Caller, T> later) {
        return run(_ -> Optional.empty(), later);
    }

    /**
     * The same where the answer may be there at once.
     *
     * @param now asked on the current thread, must not wait
     * @param later asked where that gave nothing
     */
    public <T> Uni<T> run(Function<Caller, Optional<T>> now, Function<Caller, T> later) {
        Stay stay;
        try {
            stay = admission.enter();
        } catch (Refusal busy) {
            metrics.shed();
            return Uni.createFrom().failure(busy);
        }
        var caller = GrpcCaller.admitted();
        boolean goesOn = false;
        try {
            Optional<T> answer = now.apply(caller);
            if (answer.isPresent()) {
                return Uni.createFrom().item(answer.get());
            }
            goesOn = true;
        } catch (Refusal refusal) {
            return Uni.createFrom().failure(refusal);
        } finally {
            if (!goesOn) {
                stay.close();
            }
        }
        return work.run(() -> later.apply(caller)).onTermination().invoke(stay::close);
    }
}
