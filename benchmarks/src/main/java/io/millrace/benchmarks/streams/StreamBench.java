package io.millrace.benchmarks.streams;

import io.millrace.backing.KafkaBroker;
import io.millrace.benchmarks.features.Bench;
import io.millrace.benchmarks.features.ServerProcess;
import io.millrace.benchmarks.load.Waiting;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.ListFeatureViewsRequest;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.PipelineSummary;
import io.millrace.proto.inference.v1.RemovePipelineRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Broker, feature-service, inference-service and the echo, with the features and models of the benchmark, in a folder that is deleted at the end. */
final class StreamBench implements AutoCloseable {
    static final int PARTITIONS = 4;
    static final int USERS = 10_000;
    private static final int FEATURES = 5;
    private static final String FACTS = "bench.facts";
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOK_NANOS = 20_000_000;

    private final Path folder;
    private final KafkaBroker broker;
    private final ServerProcess features;
    private final ServerProcess inference;
    private final ServerProcess echo;
    private final InstantSource clock = InstantSource.system();

    StreamBench(int pollRecords) {
        try {
            folder = Files.createTempDirectory("millrace-bench");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        broker = KafkaBroker.start(folder.resolve("kafka"));
        BenchModel.write(folder.resolve("models"), "plain", List.of("{request: amount}", "{request: distance}"));
        var columns = new ArrayList<>(List.of("{request: amount}", "{request: distance}"));
        references().forEach(reference -> columns.add("{feature: \"" + reference + "\", impute: 0.0}"));
        BenchModel.write(folder.resolve("models"), "with-features", columns);
        features = new ServerProcess(
                "feature-service",
                "feature-service",
                folder,
                Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        bootstrap(),
                        "MILLRACE_FEATURES_ONLINE_STORE_DIRECTORY",
                        folder.resolve("store").toString(),
                        "MILLRACE_FEATURES_OFFLINE_STORE_DIRECTORY",
                        folder.resolve("offline").toString()));
        inference = new ServerProcess(
                "inference-service",
                "inference-service",
                folder,
                Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        bootstrap(),
                        "MILLRACE_INFERENCE_FEATURES_ADDRESS",
                        "127.0.0.1:" + features.grpcPort(),
                        "MILLRACE_INFERENCE_MODELS_DIRECTORY",
                        folder.resolve("models").toString(),
                        "MILLRACE_INFERENCE_STREAMS_POLL_RECORDS",
                        Integer.toString(pollRecords)));
        echo = new ServerProcess("echo", "benchmarks/echo", folder, Map.of());
    }

    /** References of the features that the model {@code with-features} takes. */
    static List<String> references() {
        return IntStream.range(0, FEATURES)
                .mapToObj(feature -> "facts:f" + feature)
                .toList();
    }

    String bootstrap() {
        return broker.bootstrapServers();
    }

    ServerProcess inference() {
        return inference;
    }

    ServerProcess features() {
        return features;
    }

    /** Processor time that the broker has had. */
    double brokerCpuNanos() {
        return ServerProcess.cpuNanos(ProcessHandle.of(broker.process().pid()).orElseThrow());
    }

    void createTopic(String topic) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(PARTITIONS), Optional.empty())))
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap(), "acks", "all", "linger.ms", 5, "batch.size", 128 << 10),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Makes the features of each user, and gives the echo an answer of feature-service to so many rows. */
    void prepareFeatures(int rows) {
        createTopic(FACTS);
        long at = nowMicros() - 60_000_000;
        try (var producer = producer()) {
            for (int user = 0; user < USERS; user++) {
                var json = new StringBuilder("{\"user\":" + user + ",\"at\":" + at);
                for (int feature = 0; feature < FEATURES; feature++) {
                    json.append(",\"f").append(feature).append("\":").append(user / 3.0 + feature);
                }
                producer.send(new ProducerRecord<>(
                        FACTS,
                        Integer.toString(user).getBytes(StandardCharsets.UTF_8),
                        json.append('}').toString().getBytes(StandardCharsets.UTF_8)));
            }
        }
        String listed = IntStream.range(0, FEATURES)
                .mapToObj(feature -> "  - {name: f" + feature + ", type: double, field: f" + feature + "}")
                .collect(Collectors.joining("\n"));
        var stub = FeatureServiceGrpc.newBlockingStub(features.channel());
        stub.applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                .addFiles(DefinitionFile.newBuilder().setPath("facts.yaml").setContent("""
                        kind: FeatureView
                        name: facts
                        version: v1
                        description: for a benchmark
                        owner: bench@example.org
                        entity:
                          name: user
                          join_keys: [{name: user_id, type: int64, field: user}]
                        source: {topic: %s, format: json, timestamp: {field: at, unit: us}}
                        retention: 1d
                        features:
                        %s
                        """.formatted(FACTS, listed)))
                .build());
        Waiting.until(
                () -> stub.listFeatureViews(ListFeatureViewsRequest.getDefaultInstance()).getViewsList().stream()
                        .anyMatch(view -> view.getApplied() >= USERS),
                PATIENCE,
                LOOK_NANOS);
        echo.send(
                "PUT", "/prebuilt/message", stub.getOnlineFeatures(lookUp(rows)).toByteArray());
    }

    /** A look-up of so many rows, each as of an instant of its own, as a stream asks it. */
    private GetOnlineFeaturesRequest lookUp(int rows) {
        long now = nowMicros();
        var keys = Column.newBuilder();
        var request = GetOnlineFeaturesRequest.newBuilder()
                .addAllFeatures(references())
                .setFullFeatureNames(true);
        for (int row = 0; row < rows; row++) {
            keys.addValues(Value.newBuilder().setInt64Value(row % USERS));
            request.addAsOfMicros(now - rows + row);
        }
        return request.putEntities("user_id", keys.build()).build();
    }

    /** Asks the echo for as many rows as a poll has, at most. */
    Runnable askEcho(int rows) {
        GetOnlineFeaturesRequest request = lookUp(rows);
        var stub = FeatureServiceGrpc.newBlockingStub(echo.channel());
        return () -> stub.getOnlineFeatures(request);
    }

    /** Applies a pipeline that reads a topic from its beginning. */
    void apply(String name, String input, String output, boolean withFeatures) {
        Waiting.until(
                () -> client().listModels(ListModelsRequest.getDefaultInstance()).getModelsList().stream()
                                .filter(model -> model.getState() == ModelVersion.State.STATE_SERVING)
                                .count()
                        == 2,
                PATIENCE,
                LOOK_NANOS);
        String looked = withFeatures ? "features: [" + String.join(", ", quoted()) + "]\nmissing: impute" : "";
        client().applyPipelines(ApplyPipelinesRequest.newBuilder()
                .addFiles(DefinitionFile.newBuilder().setPath("bench.yaml").setContent("""
                        kind: Pipeline
                        name: %s
                        input:
                          topic: %s
                          timestamp: {field: at, unit: us}
                          start: earliest
                        key: id
                        entity: {user_id: user}
                        request: {amount: double, distance: double}
                        %s
                        model: {name: %s, version: "1"}
                        output: {topic: %s}
                        """.formatted(
                                name, input, looked, withFeatures ? "with-features" : "plain", output)))
                .build());
    }

    void remove(String name) {
        client().removePipeline(RemovePipelineRequest.newBuilder().setName(name).build());
    }

    /** Predictions that a pipeline has committed. */
    long predictions(String name) {
        PipelineSummary summary =
                client().listPipelines(ListPipelinesRequest.getDefaultInstance()).getPipelinesList().stream()
                        .filter(pipeline -> pipeline.getName().equals(name))
                        .findFirst()
                        .orElseThrow();
        if (summary.getDeadLettered() > 0) {
            throw new IllegalStateException("dead letters: " + summary);
        }
        return summary.getPredictions();
    }

    /** Events per second from the first committed ones on until all are. */
    double rate(String name, int events) {
        Waiting.until(() -> predictions(name) > 0, PATIENCE, LOOK_NANOS);
        long begin = System.nanoTime();
        long first = predictions(name);
        Waiting.until(() -> predictions(name) >= events, PATIENCE, LOOK_NANOS);
        return (events - first) / ((System.nanoTime() - begin) / 1e9);
    }

    /** One event as JSON. */
    byte[] event(long id, int user) {
        return ("{\"id\":\"" + id + "\",\"user\":" + user + ",\"at\":" + nowMicros() + ",\"amount\":" + id % 1_000 / 8.0
                        + ",\"distance\":" + id % 300 + ",\"channel\":\"web\",\"session\":\"0123456789abcdef\"}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private long nowMicros() {
        return clock.millis() * 1_000;
    }

    private static List<String> quoted() {
        return references().stream().map(reference -> "\"" + reference + "\"").toList();
    }

    private InferenceServiceBlockingStub client() {
        return InferenceServiceGrpc.newBlockingStub(inference.channel());
    }

    @Override
    public void close() {
        inference.close();
        features.close();
        echo.close();
        broker.close();
        Bench.delete(folder);
    }
}
