package io.millrace.inference.grpc;

import io.grpc.Context;
import io.grpc.Context.CancellationListener;
import io.millrace.inference.app.Caller;

/**
 * The caller of a gRPC method: gone once the call is cancelled.
 *
 * @param isAdmitted {@link Caller#isAdmitted}
 */
public record GrpcCaller(Context context, boolean isAdmitted) implements Caller {
    /** Of the call that the current thread works for. */
    public static GrpcCaller current() {
        return new GrpcCaller(Context.current(), false);
    }

    /** The same of a call that passed {@link GrpcDoor}. */
    static GrpcCaller admitted() {
        return new GrpcCaller(Context.current(), true);
    }

    @Override
    public boolean isGone() {
        return context.isCancelled();
    }

    @Override
    public Watch onLeave(Runnable then) {
        CancellationListener listener = _ -> then.run();
        context.addListener(listener, Runnable::run);
        return () -> context.removeListener(listener);
    }
}
