package io.millrace.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesRequest;
import io.millrace.proto.features.v1.StreamPushFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM while the packaged service is called: what it took it answers, and the rest is refused in a way that is safe to try again. */
class TerminationIT {
    private static final String TOPIC = "termination.activity";
    private static final int CALLERS = 4;
    private static final long ENOUGH = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong overGrpc = new AtomicLong();
    private final AtomicLong overRest = new AtomicLong();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void aClientThatTriesAgainSeesNoCallFailWhileTheServiceIsEndedAndStarted() throws Exception {
        TestBroker.createTopic(TOPIC, 1);
        try (var service = new PackagedService(folder)) {
            service.awaitReady();
            service.features()
                    .applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                            .addFiles(file("termination.yaml", Views.activity("termination", "v1", TOPIC)))
                            .addFiles(file("farewell.yaml", Views.profile("farewell")))
                            .build());
            var callers = Stream.concat(
                            Stream.generate(() -> Thread.startVirtualThread(() -> callAgainAndAgain(service)))
                                    .limit(CALLERS),
                            Stream.generate(() -> Thread.startVirtualThread(() -> postAgainAndAgain(service)))
                                    .limit(CALLERS))
                    .toList();
            awaitAnswers();
            var pushed = new CompletableFuture<StreamPushFeaturesResponse>();
            StreamObserver<StreamPushFeaturesRequest> push = push(service, pushed);
            push.onNext(row(1));

            CompletableFuture<Integer> exit = CompletableFuture.supplyAsync(service::terminate);
            await().atMost(PATIENCE).until(() -> !ready(service));
            assertThat(exit)
                    .as("waits for the stream that is in flight: " + service.log())
                    .isNotDone();
            push.onNext(row(2));
            push.onCompleted();

            assertThat(pushed.get(20, TimeUnit.SECONDS).getRows()).isEqualTo(2);
            assertThat(exit.get()).as("ended by itself, not by SIGKILL").isIn(0, 143);
            service.start();
            awaitAnswers();
            enough.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(failures).as(service.log()).isEmpty();
        }
    }

    private void awaitAnswers() {
        long grpc = overGrpc.get();
        long rest = overRest.get();
        await().atMost(PATIENCE).until(() -> overGrpc.get() > grpc + ENOUGH && overRest.get() > rest + ENOUGH);
    }

    private static boolean ready(PackagedService service) throws Exception {
        try {
            return service.isReady();
        } catch (IOException refused) {
            return false;
        }
    }

    private void callAgainAndAgain(PackagedService service) {
        while (!enough.get()) {
            try {
                service.features().getOnlineFeatures(request());
                overGrpc.incrementAndGet();
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
                    failures.add("gRPC: " + e.getStatus());
                }
                pause();
            }
        }
    }

    /** As any HTTP client that retries: again on 503, and where no answer began (the connection is refused or was closed before it). */
    private void postAgainAndAgain(PackagedService service) {
        var request = HttpRequest.newBuilder(service.rest("/get-online-features"))
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"features": ["termination:last_amount", "termination:events_1h"], "entities": {"user_id": [1, 2, 3]}}"""))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!enough.get()) {
                try {
                    HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
                    if (response.statusCode() == 200 && response.body().endsWith("}")) {
                        overRest.incrementAndGet();
                    } else if (response.statusCode() == 503) {
                        pause();
                    } else {
                        failures.add("REST: " + response.statusCode() + " " + response.body());
                    }
                } catch (IOException closed) {
                    if (String.valueOf(closed.getMessage()).contains("chunked")
                            || String.valueOf(closed.getMessage()).contains("fixed content-length")) {
                        failures.add("REST: cut off, " + closed);
                    }
                    pause();
                }
            }
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    private static void pause() {
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }

    private static StreamObserver<StreamPushFeaturesRequest> push(
            PackagedService service, CompletableFuture<StreamPushFeaturesResponse> answer) {
        return FeatureServiceGrpc.newStub(service.channel()).streamPushFeatures(new StreamObserver<>() {
            @Override
            public void onNext(StreamPushFeaturesResponse value) {
                answer.complete(value);
            }

            @Override
            public void onError(Throwable t) {
                answer.completeExceptionally(t);
            }

            @Override
            public void onCompleted() {
                answer.completeExceptionally(new IllegalStateException("no answer"));
            }
        });
    }

    private static StreamPushFeaturesRequest row(long user) {
        return StreamPushFeaturesRequest.newBuilder()
                .setPush(PushFeaturesRequest.newBuilder()
                        .setView("farewell")
                        .putColumns("user_id", column(Value.newBuilder().setInt64Value(user)))
                        .putColumns("age", column(Value.newBuilder().setInt64Value(30)))
                        .addEventTimeMicros(
                                Instant.parse("2026-03-02T10:00:00Z").getEpochSecond() * 1_000_000))
                .build();
    }

    private static Column column(Value.Builder value) {
        return Column.newBuilder().addValues(value).build();
    }

    private static DefinitionFile file(String path, String content) {
        return DefinitionFile.newBuilder().setPath(path).setContent(content).build();
    }

    private static GetOnlineFeaturesRequest request() {
        var users = Column.newBuilder();
        IntStream.range(0, 20)
                .forEach(user -> users.addValues(Value.newBuilder().setInt64Value(user)));
        return GetOnlineFeaturesRequest.newBuilder()
                .addFeatures("termination:last_amount")
                .addFeatures("termination:events_1h")
                .putEntities("user_id", users.build())
                .build();
    }
}
