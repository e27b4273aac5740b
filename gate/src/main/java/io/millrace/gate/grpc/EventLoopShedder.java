package io.millrace.gate.grpc;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.Refusal;
import java.time.Duration;

/**
 * Refuses calls at the door while the event loop that would serve them is far behind. Where small calls are answered on the event loops themselves, one after another, no number of
 * calls in flight tells of overload; how long a task waits for its turn does. The share that is refused grows with that delay, so that it comes to rest where what is let in is what can
 * be served. A delay behind which few calls wait (a pause of the machine) refuses nobody. Health checks and reflection are always let in. A service has its own as a global interceptor.
 */
public abstract class EventLoopShedder implements ServerInterceptor {
    private final LoopLoad load;
    private final StatusRuntimeException refusal;
    private final Runnable refused;

    /**
     * @param target the delay from which on calls are refused; at three times of it most are
     * @param refusal what they are refused with
     * @param refused told of each
     */
    protected EventLoopShedder(Duration target, Refusal refusal, Runnable refused) {
        this.load = new LoopLoad(target);
        this.refusal = GrpcRefusals.status(refusal);
        this.refused = refused;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if (!call.getMethodDescriptor().getFullMethodName().startsWith("grpc.") && load.refuses()) {
            refused.run();
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
}
