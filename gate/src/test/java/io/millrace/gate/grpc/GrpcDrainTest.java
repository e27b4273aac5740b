package io.millrace.gate.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import com.google.rpc.ErrorInfo;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.InternalChannelz;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** A gRPC server that ends while calls are in flight, over real connections; the test answers the calls when it likes. */
class GrpcDrainTest {
    private static final MethodDescriptor<StringValue, StringValue> ASK =
            MethodDescriptor.<StringValue, StringValue>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("test.Answers/Ask")
                    .setRequestMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(StringValue.getDefaultInstance()))
                    .build();

    /** How a call ended for its client. */
    private record Outcome(Status status, Metadata trailers) {}

    private final Queue<StreamObserver<StringValue>> asked = new ConcurrentLinkedQueue<>();

    /** A server whose drain waits so long, and a client of it. */
    private record Served(GrpcDrain drain, Server server, ManagedChannel channel) implements AutoCloseable {
        CompletableFuture<Outcome> ask() {
            var ended = new CompletableFuture<Outcome>();
            ClientCall<StringValue, StringValue> call = channel.newCall(ASK, CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            ended.complete(new Outcome(status, trailers));
                        }
                    },
                    new Metadata());
            call.request(2);
            call.sendMessage(StringValue.of("?"));
            call.halfClose();
            return ended;
        }

        Thread draining() {
            return Thread.startVirtualThread(() -> {
                try {
                    drain.drain(List.of(server));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        @Override
        public void close() {
            channel.shutdownNow();
            server.shutdownNow();
        }
    }

    private Served serve(Duration patience) throws Exception {
        var drain = new GrpcDrain(Optional.of(patience));
        var answers = ServerServiceDefinition.builder("test.Answers")
                .addMethod(ASK, ServerCalls.asyncUnaryCall((_, answer) -> asked.add(answer)))
                .build();
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(ServerInterceptors.intercept(answers, drain))
                .build()
                .start();
        return new Served(
                drain,
                server,
                NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                        .usePlaintext()
                        .build());
    }

    @Test
    void aCallInFlightIsAnsweredAndOneThatComesLaterIsUnavailable() throws Exception {
        try (Served served = serve(Duration.ofSeconds(30))) {
            CompletableFuture<Outcome> first = served.ask();
            await().until(() -> asked.size() == 1);

            Thread draining = served.draining();
            var late = new CompletableFuture<Outcome>();
            await().until(() -> {
                served.ask().thenAccept(late::complete);
                return late.isDone();
            });
            assertThat(first).isNotDone();
            asked.forEach(answer -> {
                answer.onNext(StringValue.of("!"));
                answer.onCompleted();
            });

            assertThat(late.get().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(first.get().status().getCode()).isEqualTo(Status.Code.OK);
            assertThat(draining.join(Duration.ofSeconds(20))).as("drained").isTrue();
            assertThat(served.server().isTerminated()).isTrue();
        }
    }

    @Test
    void aCallThatOutlivesTheDrainIsUnavailableWithItsReason() throws Exception {
        try (Served served = serve(Duration.ofMillis(200))) {
            CompletableFuture<Outcome> call = served.ask();
            await().until(() -> asked.size() == 1);

            served.drain().drain(List.of(served.server()));

            Outcome outcome = call.get();
            assertThat(outcome.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            var status =
                    Objects.requireNonNull(StatusProto.fromStatusAndTrailers(outcome.status(), outcome.trailers()));
            assertThat(status.getDetails(0).unpack(ErrorInfo.class).getReason()).isEqualTo("SHUTTING_DOWN");
            assertThat(served.server().isShutdown()).isTrue();
        }
    }

    @Test
    void channelzListsEveryServerOfTheProcess() throws Exception {
        try (Served served = serve(Duration.ofSeconds(1))) {
            assertThat(InternalChannelz.instance().getServers(0, 100).servers)
                    .anyMatch(listed -> listed instanceof Server known
                            && known.getPort() == served.server().getPort());
        }
    }
}
