package io.millrace.features.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineFeatures;
import io.millrace.features.config.FeaturesConfig;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcRefusals;
import io.quarkus.grpc.GlobalInterceptor;
import io.vertx.core.Vertx;
import io.vertx.core.impl.ContextInternal;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls at the door while the event loop that would serve them is far behind. Small reads are made on the event loops themselves, one after another, so that no number of
 * calls in flight tells of overload; how long a task waits for its turn does. The share that is refused grows with that delay, so that it comes to rest where what is let in is what can
 * be served. A delay behind which few calls wait (a pause of the machine) refuses nobody. Health checks and reflection are always let in.
 */
@GlobalInterceptor
@ApplicationScoped
public class LoadShedder implements ServerInterceptor {
    private final ThreadLocal<LoopDelay> delays;
    private final StatusRuntimeException refusal;
    private final FeatureMetrics metrics;

    public LoadShedder(FeaturesConfig config, FeatureMetrics metrics) {
        long targetNanos = config.reads().eventLoopDelay().toNanos();
        this.delays = ThreadLocal.withInitial(() -> new LoopDelay(targetNanos));
        this.metrics = metrics;
        this.refusal = GrpcRefusals.status(Refusal.forNow(
                FeatureReason.TOO_MANY_READS,
                "the service is overloaded; try again later",
                OnlineFeatures.RETRY_AFTER));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        Executor loop = eventLoop();
        if (loop != null
                && !call.getMethodDescriptor().getFullMethodName().startsWith("grpc.")
                && delays.get()
                        .refuses(
                                loop,
                                System.nanoTime(),
                                ThreadLocalRandom.current().nextDouble())) {
            metrics.refused(FeatureReason.TOO_MANY_READS);
            var trailers = new Metadata();
            Metadata known = refusal.getTrailers();
            if (known != null) {
                trailers.merge(known);
            }
            call.close(refusal.getStatus(), trailers);
            return new ServerCall.Listener<>() {};
        }
        return next.startCall(call, metadata);
    }

    private static @Nullable Executor eventLoop() {
        return Vertx.currentContext() instanceof ContextInternal context
                        && context.nettyEventLoop().inEventLoop()
                ? context.nettyEventLoop()
                : null;
    }
}
