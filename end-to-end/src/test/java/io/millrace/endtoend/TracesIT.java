package io.millrace.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.KafkaBroker;
import io.millrace.endtoend.OtlpReceiver.Span;
import io.millrace.proto.features.v1.ApplyFeatureViewsRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.FeatureServiceGrpc;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One request and one event, each as one trace through inference-service and feature-service. */
class TracesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CALLER_SPAN = "00f067aa0ba902b7";
    private static final String FEATURES = "feature-service";
    private static final String INFERENCE = "inference-service";

    private static final String VIEW = """
            kind: FeatureView
            name: visits
            version: v1
            description: How often somebody came
            owner: tests@example.org
            entity: {name: visitor, join_keys: [{name: visitor, type: string}]}
            source: {topic: visits.v1, format: json, timestamp: {field: at, unit: rfc3339}}
            ttl: 7d
            retention: 2d
            features:
              - {name: visits_1h, type: int64, aggregate: count, window: 1h}
            """;

    private static final String PIPELINE = """
            kind: Pipeline
            name: offers
            input: {topic: offers.v1, format: json, timestamp: {field: at, unit: rfc3339}, start: earliest}
            key: offer
            entity: {visitor: visitor}
            request: {price: double}
            features: ["visits:visits_1h"]
            missing: impute
            complete: {wait: 2s, otherwise: proceed}
            model: {name: offers}
            output: {topic: answers.v1}
            """;

    @TempDir
    static Path folder;

    private static KafkaBroker kafka;
    private static OtlpReceiver collector;
    private static ServiceProcess features;
    private static ServiceProcess inference;
    private static Topics topics;

    @BeforeAll
    static void startThePlatform() throws Exception {
        collector = OtlpReceiver.start();
        kafka = KafkaBroker.start(folder.resolve("kafka"));
        topics = new Topics(kafka.bootstrapServers());
        topics.make("visits.v1", 1);
        topics.make("offers.v1", 1);
        Path models = Files.createDirectories(folder.resolve("models"));
        LinearModel.write(
                models,
                "offers",
                "1",
                List.of("{feature: \"visits:visits_1h\", impute: 0.0}", "{request: price}"),
                1.0f,
                10.0f,
                2.0f);
        var shared = Map.of(
                "kafka.bootstrap.servers", kafka.bootstrapServers(),
                "quarkus.otel.exporter.otlp.endpoint", collector.endpoint(),
                "quarkus.otel.bsp.schedule.delay", "200ms",
                "millrace.features.offline-store.directory",
                        folder.resolve("offline-store").toString());
        features = ServiceProcess.start(
                FEATURES,
                folder.resolve(FEATURES),
                Settings.with(shared, "millrace.features.online-store.directory", folder.resolve("online-store")));
        inference = ServiceProcess.start(
                INFERENCE,
                folder.resolve(INFERENCE),
                Settings.with(
                        shared,
                        "millrace.inference.models.directory",
                        models,
                        "millrace.inference.features.address",
                        features.grpcAddress()));
        features.awaitReady();
        inference.awaitStarted();
        FeatureServiceGrpc.newBlockingStub(features.channel())
                .applyFeatureViews(ApplyFeatureViewsRequest.newBuilder()
                        .addFiles(file("visits.yaml", VIEW))
                        .build());
        // Applying needs the model: it is checked against the pipeline.
        Awaitility.await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            InferenceServiceGrpc.newBlockingStub(inference.channel())
                    .applyPipelines(ApplyPipelinesRequest.newBuilder()
                            .addFiles(file("offers.yaml", PIPELINE))
                            .build());
            return true;
        });
        inference.awaitReady();
    }

    @AfterAll
    static void stopThePlatform() {
        for (AutoCloseable part : new AutoCloseable[] {inference, features, topics, kafka, collector}) {
            close(part);
        }
    }

    @Test
    void aRequestIsOneTraceFromRestToTheFeatures() {
        String traceId = newTrace();
        Awaitility.await("a prediction").atMost(PATIENCE).untilAsserted(() -> {
            var answer = inference.post(
                    "/v1/pipelines/offers/predict",
                    "{\"visitor\": \"ann\", \"price\": 3.0}",
                    "traceparent",
                    traceparent(traceId));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(new ObjectMapper()
                            .readTree(answer.body())
                            .at("/predictions/0/prediction")
                            .asDouble())
                    .isEqualTo(7.0);
        });
        Awaitility.await("its spans").atMost(PATIENCE).untilAsserted(() -> {
            Span rest = only(collector.spans(traceId), INFERENCE, "SERVER");
            assertThat(rest.parentId()).isEqualTo(CALLER_SPAN);
            Span lookup = only(collector.spans(traceId), FEATURES, "SERVER");
            Span call = parent(lookup, collector.spans(traceId));
            assertThat(call.service()).isEqualTo(INFERENCE);
            assertThat(call.kind()).isEqualTo("CLIENT");
            assertThat(ancestors(lookup, collector.spans(traceId))).contains(rest);
        });
    }

    @Test
    void anEventIsOneTraceFromItsTopicThroughTheFeaturesToItsPrediction() {
        String traceId = newTrace();
        topics.send("visits.v1", "{\"visitor\": \"bob\", \"at\": \"2026-03-01T10:00:00Z\"}", Map.of());
        topics.send(
                "offers.v1",
                "{\"offer\": \"1\", \"visitor\": \"bob\", \"price\": 3.0, \"at\": \"2026-03-01T10:05:00Z\"}",
                Map.of("traceparent", traceparent(traceId)));
        var prediction = topics.await("answers.v1", PATIENCE, record -> Topics.header(record, "traceparent")
                .contains(traceId));
        assertThat(Topics.header(prediction, "traceparent")).matches("00-" + traceId + "-[0-9a-f]{16}-01");
        assertThat(prediction.value()).contains("\"prediction\":17.0");
        Awaitility.await("its spans").atMost(PATIENCE).untilAsserted(() -> {
            Span consumed = only(collector.spans(traceId), INFERENCE, "CONSUMER");
            assertThat(consumed.parentId()).isEqualTo(CALLER_SPAN);
            Span lookup = only(collector.spans(traceId), FEATURES, "SERVER");
            assertThat(ancestors(lookup, collector.spans(traceId))).contains(consumed);
        });
    }

    @Test
    void eventsOfOneBatchKeepTheirOwnTraces() {
        List<String> traces = IntStream.range(0, 20).mapToObj(_ -> newTrace()).toList();
        for (String traceId : traces) {
            topics.send(
                    "offers.v1",
                    "{\"offer\": \"2\", \"visitor\": \"eve\", \"price\": 1.0, \"at\": \"2026-03-01T10:06:00Z\"}",
                    Map.of("traceparent", traceparent(traceId)));
        }
        for (String traceId : traces) {
            topics.await("answers.v1", PATIENCE, record -> Topics.header(record, "traceparent")
                    .contains(traceId));
            Awaitility.await("spans of " + traceId).atMost(PATIENCE).untilAsserted(() -> assertThat(
                            collector.touching(traceId))
                    .as("the look-up's batch links to the event where it is not its own trace")
                    .anyMatch(span -> span.kind().equals("CONSUMER")));
        }
    }

    private static Span only(List<Span> spans, String service, String kind) {
        var found = spans.stream()
                .filter(span -> span.service().equals(service) && span.kind().equals(kind))
                .toList();
        assertThat(found).as("%s spans of %s among %s", kind, service, spans).isNotEmpty();
        return found.getFirst();
    }

    private static Span parent(Span child, List<Span> spans) {
        return spans.stream()
                .filter(span -> span.spanId().equals(child.parentId()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no parent of " + child + " among " + spans));
    }

    private static List<Span> ancestors(Span child, List<Span> spans) {
        return Stream.iterate(
                        spans.stream()
                                .filter(span -> span.spanId().equals(child.parentId()))
                                .toList(),
                        generation -> !generation.isEmpty(),
                        generation -> spans.stream()
                                .filter(span -> span.spanId()
                                        .equals(generation.getFirst().parentId()))
                                .toList())
                .map(List::getFirst)
                .toList();
    }

    private static DefinitionFile file(String path, String content) {
        return DefinitionFile.newBuilder().setPath(path).setContent(content).build();
    }

    private static String newTrace() {
        var random = ThreadLocalRandom.current();
        return "%016x%016x".formatted(random.nextLong(1, Long.MAX_VALUE), random.nextLong(1, Long.MAX_VALUE));
    }

    private static String traceparent(String traceId) {
        return "00-" + traceId + "-" + CALLER_SPAN + "-01";
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop " + part, e);
        }
    }
}
