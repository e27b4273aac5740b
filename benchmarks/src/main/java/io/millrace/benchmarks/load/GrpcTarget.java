package io.millrace.benchmarks.load;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A unary gRPC method called with bytes that are there already; what comes back is read and not decoded, so that the load costs little beside the server. */
public final class GrpcTarget implements Target, AutoCloseable {
    private static final int MOST_BYTES = 64 << 20;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final MethodDescriptor<byte[], byte[]> method;
    private final List<byte[]> requests;
    private final Duration deadline;
    private final AtomicInteger next = new AtomicInteger();

    /**
     * @param method {@code package.Service/Method}
     * @param requests encoded requests that take turns
     * @param connections of which each call takes the next
     */
    public GrpcTarget(int port, String method, List<byte[]> requests, int connections, Duration deadline) {
        this.requests = List.copyOf(requests);
        this.deadline = deadline;
        this.method = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        for (int i = 0; i < connections; i++) {
            channels.add(NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .directExecutor()
                    .maxInboundMessageSize(MOST_BYTES)
                    .build());
        }
    }

    @Override
    public void call(Done done) {
        int turn = next.getAndIncrement() & Integer.MAX_VALUE;
        ClientCall<byte[], byte[]> call = channels.get(turn % channels.size())
                .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        done.ended(status.isOk() ? null : new FailedException(status));
                    }
                },
                new Metadata());
        call.request(2);
        call.sendMessage(requests.get(turn % requests.size()));
        call.halfClose();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
    }

    /** Without a trace: of an overload thousands come in a second. */
    private static final class FailedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FailedException(Status status) {
            super(status.getCode() + ": " + status.getDescription(), status.getCause(), false, false);
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
