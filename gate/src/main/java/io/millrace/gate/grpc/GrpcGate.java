package io.millrace.gate.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.AccessPolicy;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;

/** Asks the access policy before every call; the caller is kept in the context under {@link #CALLER}. */
@GlobalInterceptor
@ApplicationScoped
public class GrpcGate implements ServerInterceptor {
    public static final Context.Key<Caller> CALLER = Context.key("millrace.caller");

    private final AccessPolicy policy;

    public GrpcGate(AccessPolicy policy) {
        this.policy = policy;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        try {
            Caller caller = policy.admit(
                    call.getMethodDescriptor().getFullMethodName(),
                    name -> metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
            return Contexts.interceptCall(Context.current().withValue(CALLER, caller), call, metadata, next);
        } catch (Refusal refusal) {
            StatusRuntimeException status = GrpcRefusals.status(refusal);
            Metadata trailers = status.getTrailers();
            call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
            return new ServerCall.Listener<>() {};
        }
    }
}
