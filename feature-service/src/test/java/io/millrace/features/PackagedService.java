package io.millrace.features;

import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packaged service as a process of its own, which can be killed and started again on its folder. */
final class PackagedService implements AutoCloseable {
    private final Path folder;
    private final int grpc = Ports.free();
    private final int management = Ports.free();
    private ManagedProcess process;
    private final ManagedChannel channel =
            ManagedChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();

    PackagedService(Path folder) {
        this.folder = folder;
        this.process = launch();
    }

    FeatureServiceGrpc.FeatureServiceBlockingStub features() {
        return FeatureServiceGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(90, TimeUnit.SECONDS);
    }

    FeatureServiceGrpc.FeatureServiceFutureStub futures() {
        return FeatureServiceGrpc.newFutureStub(channel);
    }

    /** SIGKILL, then a new process on the same folder. */
    void killAndStart() {
        process.kill();
        process = launch();
    }

    void awaitReady() {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(this::isReady);
    }

    private boolean isReady() throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/q/health/ready"))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        }
    }

    String log() {
        return process.logTail(50);
    }

    private ManagedProcess launch() {
        return ManagedProcess.start(
                "feature-service",
                List.of(
                        ManagedProcess.java(),
                        "-Xmx384m",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-jar",
                        Path.of("target/quarkus-app/quarkus-run.jar")
                                .toAbsolutePath()
                                .toString()),
                Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", TestBroker.bootstrap(),
                        "QUARKUS_HTTP_PORT", Integer.toString(Ports.free()),
                        "QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpc),
                        "QUARKUS_MANAGEMENT_PORT", Integer.toString(management),
                        "MILLRACE_FEATURES_ONLINE_STORE_DIRECTORY",
                                folder.resolve("store").toString(),
                        "MILLRACE_FEATURES_JOBS_DIRECTORY",
                                folder.resolve("jobs").toString(),
                        "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY",
                                folder.resolve("offline").toString(),
                        "MILLRACE_FEATURES_VECTORS_DIRECTORY",
                                folder.resolve("vectors").toString(),
                        "MILLRACE_FEATURES_INGESTION_MAX_POLL_RECORDS", "50",
                        "MILLRACE_FEATURES_INGESTION_TOPIC_CHECK", "200ms"),
                folder.resolve("service.log"));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        process.close();
    }
}
