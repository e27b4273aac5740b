package io.millrace.features;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.backing.ManagedProcess;
import io.millrace.backing.Ports;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The packaged service as a process of its own, which can be killed and started again on its folder and ports. */
final class PackagedService implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Map<String, String> settings;
    private final int http = Ports.free();
    private final int grpc = Ports.free();
    private final int management = Ports.free();
    private ManagedProcess process;
    private final ManagedChannel channel =
            ManagedChannelBuilder.forAddress("127.0.0.1", grpc).usePlaintext().build();
    private final HttpClient client = HttpClient.newHttpClient();

    PackagedService(Path folder) {
        this(folder, Map.of());
    }

    /** @param settings environment variables, beside and before the usual ones */
    PackagedService(Path folder, Map<String, String> settings) {
        this.folder = folder;
        this.settings = Map.copyOf(settings);
        this.process = launch();
    }

    FeatureServiceGrpc.FeatureServiceBlockingStub features() {
        return FeatureServiceGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(90, TimeUnit.SECONDS);
    }

    FeatureServiceGrpc.FeatureServiceFutureStub futures() {
        return FeatureServiceGrpc.newFutureStub(channel);
    }

    ManagedChannel channel() {
        return channel;
    }

    /** Applies definitions. */
    void apply(String... yaml) {
        var request = ApplyFeatureViewsRequest.newBuilder();
        for (String content : yaml) {
            request.addFiles(DefinitionFile.newBuilder().setPath("views.yaml").setContent(content));
        }
        features().applyFeatureViews(request.build());
    }

    /** GET of a path of the REST interface; empty where it does not answer 200. */
    Optional<JsonNode> get(String path) {
        try {
            return body(HttpRequest.newBuilder(rest(path)).build());
        } catch (IOException away) {
            return Optional.empty();
        }
    }

    /** POST of JSON, again until it is answered with 200. */
    JsonNode post(String path, String json) {
        var request = HttpRequest.newBuilder(rest(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        return await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> body(request), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<JsonNode> body(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Address of a path of the REST interface. */
    URI rest(String path) {
        return URI.create("http://127.0.0.1:" + http + path);
    }

    void kill() {
        process.kill();
    }

    /** Starts it again after {@link #kill} or {@link #terminate}. */
    void start() {
        process = launch();
    }

    /** SIGKILL, then a new process on the same folder. */
    void killAndStart() {
        kill();
        start();
    }

    /** SIGTERM; waits until the process is gone. Answers its exit status, 137 where it had to be killed. */
    int terminate() {
        process.stop(Duration.ofSeconds(60));
        return process.exitValue();
    }

    void awaitReady() {
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(this::isReady);
    }

    boolean isReady() throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + management + "/q/health/ready"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    String log() {
        return process.logTail(50);
    }

    private ManagedProcess launch() {
        var environment = new HashMap<>(Map.of(
                "KAFKA_BOOTSTRAP_SERVERS", TestBroker.bootstrap(),
                "QUARKUS_HTTP_PORT", Integer.toString(http),
                "QUARKUS_GRPC_SERVER_PORT", Integer.toString(grpc),
                "QUARKUS_MANAGEMENT_PORT", Integer.toString(management),
                "MILLRACE_FEATURES_ONLINE_STORE_DIRECTORY",
                        folder.resolve("store").toString(),
                "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY",
                        folder.resolve("offline").toString(),
                "MILLRACE_FEATURES_VECTORS_DIRECTORY", folder.resolve("vectors").toString(),
                "MILLRACE_FEATURES_INGESTION_MAX_POLL_RECORDS", "50",
                "MILLRACE_FEATURES_INGESTION_TOPIC_CHECK", "200ms"));
        environment.put(
                "MILLRACE_FEATURES_JOBS_DIRECTORY", folder.resolve("jobs").toString());
        environment.put(
                "MILLRACE_FEATURES_TRAINING_SETS_DIRECTORY",
                folder.resolve("training-sets").toString());
        environment.putAll(settings);
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
                environment,
                folder.resolve("service.log"));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        client.close();
        process.close();
    }
}
