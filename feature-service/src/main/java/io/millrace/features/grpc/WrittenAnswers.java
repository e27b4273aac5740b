package io.millrace.features.grpc;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.quarkus.grpc.stubs.ServerCalls;
import io.smallrye.mutiny.Uni;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Binds the online read to a method that answers bytes which are encoded already; the wire is the same. */
final class WrittenAnswers {
    private static final MethodDescriptor<GetOnlineFeaturesRequest, EncodedMessage> METHOD =
            FeatureServiceGrpc.getGetOnlineFeaturesMethod().toBuilder(
                            FeatureServiceGrpc.getGetOnlineFeaturesMethod().getRequestMarshaller(), new Encoded())
                    .build();

    private WrittenAnswers() {}

    /** The service with this in place of its online read. */
    static ServerServiceDefinition bind(
            ServerServiceDefinition service, Function<GetOnlineFeaturesRequest, Uni<EncodedMessage>> read) {
        ServiceDescriptor before = service.getServiceDescriptor();
        var descriptor =
                ServiceDescriptor.newBuilder(before.getName()).setSchemaDescriptor(before.getSchemaDescriptor());
        for (MethodDescriptor<?, ?> method : before.getMethods()) {
            descriptor.addMethod(isRead(method) ? METHOD : method);
        }
        var definition = ServerServiceDefinition.builder(descriptor.build());
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
            if (!isRead(method.getMethodDescriptor())) {
                definition.addMethod(method);
            }
        }
        return definition.addMethod(METHOD, handler(read)).build();
    }

    private static ServerCallHandler<GetOnlineFeaturesRequest, EncodedMessage> handler(
            Function<GetOnlineFeaturesRequest, Uni<EncodedMessage>> read) {
        return io.grpc.stub.ServerCalls.asyncUnaryCall(
                (request, observer) -> ServerCalls.oneToOne(request, observer, null, read));
    }

    private static boolean isRead(MethodDescriptor<?, ?> method) {
        return method.getFullMethodName().equals(METHOD.getFullMethodName());
    }

    /** Bytes that are a message already. */
    private static final class Encoded implements MethodDescriptor.Marshaller<EncodedMessage> {
        @Override
        public InputStream stream(EncodedMessage value) {
            return new Written(value);
        }

        @Override
        public EncodedMessage parse(InputStream stream) {
            try {
                return new EncodedMessage(stream.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Goes out in one piece; closed, its array is used for the next answers. */
    private static final class Written extends ByteArrayInputStream implements KnownLength, io.grpc.Drainable {
        private static final byte[] NOTHING = {};

        private @Nullable EncodedMessage message;

        Written(EncodedMessage message) {
            super(message.buffer(), message.from(), message.length());
            this.message = message;
        }

        @Override
        public int drainTo(OutputStream target) throws IOException {
            int left = count - pos;
            target.write(buf, pos, left);
            pos = count;
            return left;
        }

        /** Closing twice is closing once. */
        @Override
        public void close() {
            EncodedMessage read = message;
            if (read != null) {
                message = null;
                buf = NOTHING;
                pos = 0;
                mark = 0;
                count = 0;
                read.release();
            }
        }
    }
}
