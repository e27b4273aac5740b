package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.millrace.features.app.Catalog;
import io.millrace.features.app.EventTimeBound;
import io.millrace.features.app.HeldLog;
import io.millrace.features.app.MemoryDefinitions;
import io.millrace.features.app.PushStreams;
import io.millrace.features.app.Pushes;
import io.millrace.features.app.Views;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import io.quarkus.grpc.stubs.ServerCalls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams of pushes through a real HTTP/2 connection and the generated server code, into a log that this test holds back. */
class StreamPushTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long NOW = 1_772_445_600_000_000L;
    private static final int ROWS_IN_FLIGHT = 2_000;

    private final Catalog catalog = new Catalog();
    private final HeldLog log = new HeldLog();
    private final ExecutorService worker = Executors.newVirtualThreadPerTaskExecutor();
    private final PushStreams streams = new PushStreams(
            new Pushes(
                    catalog,
                    new MemoryDefinitions(catalog),
                    log,
                    new EventTimeBound(Duration.ofDays(1)),
                    InstantSource.fixed(Instant.ofEpochSecond(NOW / 1_000_000))),
            worker,
            ROWS_IN_FLIGHT,
            2);
    private Server server;
    private ManagedChannel channel;

    /**
     * What Quarkus does with the rpc, without the rest of the service. A subclass of the generated base would be taken for the service itself by the
     * tests that start Quarkus.
     */
    private ServerServiceDefinition door() {
        return ServerServiceDefinition.builder(FeatureServiceGrpc.SERVICE_NAME)
                .addMethod(
                        FeatureServiceGrpc.getStreamPushFeaturesMethod(),
                        io.grpc.stub.ServerCalls.asyncClientStreamingCall(answer ->
                                ServerCalls.manyToOne(answer, requests -> StreamPushes.take(streams, requests))))
                .build();
    }

    @BeforeEach
    void start() throws Exception {
        new MemoryDefinitions(catalog).put(List.of(Views.view(Views.profile("profile"))));
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(ServerInterceptors.intercept(door(), new PushFlow()))
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        log.commits.release(1_000_000);
        channel.shutdownNow();
        server.shutdownNow();
        worker.shutdownNow();
        log.close();
    }

    private static StreamPushFeaturesRequest request(long firstUser, int rows) {
        var users = Column.newBuilder();
        var push = PushFeaturesRequest.newBuilder().setView("profile");
        for (int row = 0; row < rows; row++) {
            users.addValues(Value.newBuilder().setInt64Value(firstUser + row));
            push.addEventTimeMicros(NOW);
        }
        return StreamPushFeaturesRequest.newBuilder()
                .setPush(push.putColumns("user_id", users.build()))
                .build();
    }

    /** A client that sends whenever its transport takes more. */
    private final class Client
            implements ClientResponseObserver<StreamPushFeaturesRequest, StreamPushFeaturesResponse> {
        final CompletableFuture<StreamPushFeaturesResponse> answer = new CompletableFuture<>();
        final AtomicInteger sent = new AtomicInteger();
        private final int requests;
        private final int rows;
        private @Nullable ClientCallStreamObserver<StreamPushFeaturesRequest> call;

        Client(int requests, int rows) {
            this.requests = requests;
            this.rows = rows;
            FeatureServiceGrpc.newStub(channel).streamPushFeatures(this);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<StreamPushFeaturesRequest> started) {
            call = started;
            started.setOnReadyHandler(() -> {
                while (started.isReady() && sent.get() < requests) {
                    started.onNext(request((long) sent.get() * rows, rows));
                    if (sent.incrementAndGet() == requests) {
                        started.onCompleted();
                    }
                }
            });
        }

        @Override
        public void onNext(StreamPushFeaturesResponse response) {
            answer.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }

    @Test
    void aClientThatIsFasterThanTheLogIsStoppedAndEveryRowIsCommittedInOrder() throws Exception {
        var client = new Client(400, 500);
        await().atMost(PATIENCE).until(() -> log.appended.get() >= ROWS_IN_FLIGHT);

        assertThat(client.answer).isNotDone();
        assertThat(client.sent.get()).as("requests that the client could send").isLessThan(400);
        log.commits.release(400);
        StreamPushFeaturesResponse answer = client.answer.get(30, TimeUnit.SECONDS);

        assertThat(answer.getRequests()).isEqualTo(400);
        assertThat(answer.getRows()).isEqualTo(200_000);
        assertThat(log.users).hasSize(200_000).isSorted();
        assertThat(log.most.get()).as("rows in flight at one time").isLessThan(ROWS_IN_FLIGHT + 500);
        await().atMost(PATIENCE).until(() -> streams.open() == 0);
    }

    @Test
    void aClientThatGoesAwayLeavesNothingBehind() {
        var client = new Client(400, 500);
        await().atMost(PATIENCE).until(() -> log.appended.get() >= ROWS_IN_FLIGHT);
        Objects.requireNonNull(client.call).cancel("gone", null);
        log.commits.release(1_000);

        await().atMost(PATIENCE).until(() -> streams.open() == 0);
        assertThat(log.appended.get()).isLessThan(200_000);
    }
}
