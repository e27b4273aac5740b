package io.millrace.features.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.BooleanSupplier;

/**
 * Takes a stream's next request from the transport only when there is room for it. Quarkus asks for the next request as soon as one was handed over and
 * keeps what comes in a queue without a bound; here that asking waits, so that HTTP/2's own window stops the client.
 */
@GlobalInterceptor
@ApplicationScoped
public class PushFlow implements ServerInterceptor {
    private static final Context.Key<Gate> GATE = Context.key("millrace.push-flow");

    /** What stands between a stream's handler and its transport. */
    interface Gate {
        /** Sets what says whether the next request may come; until then it may. */
        void open(BooleanSupplier room, Runnable cancelled);

        /** Looks again whether there is room. */
        void look();
    }

    /** Of the call that is being started. */
    static Gate current() {
        Gate gate = GATE.get();
        if (gate == null) {
            throw new IllegalStateException("the call did not come through the interceptor");
        }
        return gate;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        if (!call.getMethodDescriptor()
                .getFullMethodName()
                .equals(FeatureServiceGrpc.getStreamPushFeaturesMethod().getFullMethodName())) {
            return next.startCall(call, metadata);
        }
        var gated = new GatedCall<>(call);
        ServerCall.Listener<Q> listener =
                Contexts.interceptCall(Context.current().withValue(GATE, gated), gated, metadata, next);
        return new SimpleForwardingServerCallListener<>(listener) {
            @Override
            public void onCancel() {
                gated.cancelled.run();
                super.onCancel();
            }
        };
    }

    private static final class GatedCall<Q, A> extends SimpleForwardingServerCall<Q, A> implements Gate {
        private volatile BooleanSupplier room = () -> true;
        private volatile Runnable cancelled = () -> {};
        private int asked;

        GatedCall(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void open(BooleanSupplier whetherRoom, Runnable whenCancelled) {
            room = whetherRoom;
            cancelled = whenCancelled;
        }

        @Override
        public void request(int messages) {
            synchronized (this) {
                asked += messages;
            }
            look();
        }

        @Override
        public void look() {
            while (taken()) {
                super.request(1);
            }
        }

        /** One request at a time: each may fill the room. */
        private synchronized boolean taken() {
            if (asked == 0 || !room.getAsBoolean()) {
                return false;
            }
            asked--;
            return true;
        }
    }
}
