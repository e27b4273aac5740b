package io.millrace.gate.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Empty;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.GateReason;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a gRPC service and refuses messages that cannot be read: INVALID_ARGUMENT where the bytes are no such message, RESOURCE_EXHAUSTED
 * where they unpack to more than the server takes or are nested deeper than Protobuf reads (100). gRPC itself answers UNKNOWN to both, as to a fault of
 * the service's own, and logs an error for each: whatever a caller sends would fill the log.
 */
public final class ReadableMessages {
    private static final String TOO_DEEP = whatIsSaidOfTooDeepMessages();

    private ReadableMessages() {}

    /** Takes the place of a message that could not be read, on its way from the marshaller to the listener. */
    private record Unreadable(StatusRuntimeException refusal) {}

    /** Looks at a message before it is read, so that one that is not served now costs no reading. */
    @FunctionalInterface
    public interface Glance {
        /**
         * What the call is refused with; null where its message is to be read.
         *
         * @param method the bare name of the method
         * @param message the message's bytes; whatever is read of them is there again afterwards
         */
        @Nullable
        StatusRuntimeException refuse(String method, InputStream message) throws IOException;
    }

    /** The service behind this; to be called by its {@code bindService}. */
    public static ServerServiceDefinition of(ServerServiceDefinition service) {
        return of(service, (_, _) -> null);
    }

    /** The same with a look at each message before. */
    public static ServerServiceDefinition of(ServerServiceDefinition service, Glance glance) {
        var methods = service.getMethods().stream()
                .map(method -> method(method, glance))
                .toList();
        ServiceDescriptor before = service.getServiceDescriptor();
        var descriptor =
                ServiceDescriptor.newBuilder(before.getName()).setSchemaDescriptor(before.getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        var definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static <Q, A> ServerMethodDefinition<Q, A> method(ServerMethodDefinition<Q, A> method, Glance glance) {
        MethodDescriptor<Q, A> before = method.getMethodDescriptor();
        var reader = new Reader<>(before.getRequestMarshaller(), String.valueOf(before.getBareMethodName()), glance);
        return ServerMethodDefinition.create(
                before.toBuilder(reader, before.getResponseMarshaller()).build(),
                handler(method.getServerCallHandler()));
    }

    private static <Q, A> ServerCallHandler<Q, A> handler(ServerCallHandler<Q, A> handler) {
        return (call, headers) -> new Listener<>(handler.startCall(call, headers), call);
    }

    private record Reader<Q>(MethodDescriptor.Marshaller<Q> marshaller, String method, Glance glance)
            implements MethodDescriptor.Marshaller<Q> {
        /** How far a look goes. */
        private static final int GLANCE_BYTES = 1 << 10;

        @Override
        public InputStream stream(Q value) {
            return marshaller.stream(value);
        }

        @Override
        @SuppressWarnings("unchecked") // what is not of the type goes to Listener alone, which looks
        public Q parse(InputStream stream) {
            try {
                StatusRuntimeException refusal = glanced(stream);
                return refusal == null ? marshaller.parse(stream) : (Q) new Unreadable(refusal);
            } catch (StatusRuntimeException e) {
                return (Q) new Unreadable(refusal(e));
            }
        }

        private @Nullable StatusRuntimeException glanced(InputStream stream) {
            if (!stream.markSupported()) {
                return null;
            }
            try {
                stream.mark(GLANCE_BYTES);
                StatusRuntimeException refusal = glance.refuse(method, stream);
                stream.reset();
                return refusal;
            } catch (IOException e) {
                throw new UncheckedIOException("a message in memory could not be read", e);
            }
        }
    }

    private static final class Listener<Q, A> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, A> call;
        private boolean refused;

        Listener(ServerCall.Listener<Q> listener, ServerCall<Q, A> call) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if ((Object) message instanceof Unreadable(StatusRuntimeException refusal)) {
                refused = true;
                // One refusal may answer many calls: its trailers are not theirs.
                var trailers = new Metadata();
                if (refusal.getTrailers() != null) {
                    trailers.merge(refusal.getTrailers());
                }
                call.close(refusal.getStatus(), trailers);
            } else if (!refused) {
                super.onMessage(message);
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }

    private static StatusRuntimeException refusal(StatusRuntimeException thrown) {
        boolean tooLarge = thrown.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED
                || (thrown.getCause() instanceof InvalidProtocolBufferException invalid
                        && TOO_DEEP.equals(invalid.getMessage()));
        Reason reason = tooLarge ? GateReason.MESSAGE_TOO_LARGE : GateReason.MALFORMED_REQUEST;
        return GrpcRefusals.status(new Refusal(
                reason,
                tooLarge
                        ? "the message is larger, or nested deeper, than messages may be"
                        : "the bytes are no message of this method"));
    }

    /** Protobuf has one exception for all that is wrong with bytes, and no type that tells them apart. */
    private static String whatIsSaidOfTooDeepMessages() {
        try {
            var bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            for (int depth = 0; depth < 1_000; depth++) {
                out.writeTag(1, 3);
            }
            out.flush();
            Empty.parseFrom(bytes.toByteArray());
        } catch (InvalidProtocolBufferException e) {
            return String.valueOf(e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        throw new IllegalStateException("Protobuf reads groups of any depth");
    }
}
