package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.millrace.backing.Ports;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.kafka.TestBroker;
import io.millrace.inference.sample.FeatureAnswers;
import io.millrace.inference.sample.FeatureServer;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.inference.v1.InferenceServiceGrpc;
import io.millrace.proto.inference.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ModelVersion;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PredictRequest;
import io.millrace.proto.inference.v1.PredictResponse;
import io.millrace.proto.inference.v1.PredictRow;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(PredictTest.Settings.class)
class PredictTest {
    private static final String PIPELINE = """
            kind: Pipeline
            name: p
            input: {topic: predict.in, timestamp: {field: time, unit: us}}
            key: user
            entity: {user_id: user}
            request: {x: double}
            features: ["v:a"]
            model: {name: m}
            output: {topic: predict.out}
            """;
    private static FeatureServer features;

    @Inject
    ModelCatalog catalog;

    @Inject
    PipelineAdministration pipelines;

    private final Path models = Path.of(setting("millrace.inference.models.directory"));
    private ManagedChannel channel;
    private InferenceServiceBlockingStub stub;

    /** A broker, a model repository and ports of the test's own. */
    public static class Settings implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                return Map.of(
                        "kafka.bootstrap.servers",
                        TestBroker.bootstrapServers(),
                        "millrace.inference.features.address",
                        "127.0.0.1:" + Ports.free(),
                        "millrace.inference.models.directory",
                        Files.createTempDirectory("models").toString(),
                        "millrace.inference.models.poll-interval",
                        "100ms",
                        "quarkus.grpc.server.test-port",
                        String.valueOf(Ports.free()),
                        "quarkus.management.test-port",
                        String.valueOf(Ports.free()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeAll
    static void startFeatures() {
        String address = setting("millrace.inference.features.address");
        features = new FeatureServer(Integer.parseInt(address.split(":", 2)[1]), PredictTest::answer);
    }

    @BeforeEach
    void serve() {
        ModelFiles.publish(models, "m", "1", OnnxModels.linear(100, 1, 10), ModelFiles.TWO_COLUMNS);
        catalog.refresh();
        await().ignoreException(Refusal.class)
                .untilAsserted(() -> assertThat(pipelines.apply(List.of(new DefinitionFile("p.yaml", PIPELINE)), false))
                        .hasSize(1));
        channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + setting("quarkus.grpc.server.test-port"), InsecureChannelCredentials.create())
                .build();
        stub = InferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofSeconds(20));
    }

    @AfterEach
    void hangUp() {
        channel.shutdownNow();
    }

    @AfterAll
    static void stop() {
        features.close();
    }

    @Test
    void rowsArePredictedOverRest() {
        post("""
                {"rows": [{"user": "u", "x": 2.5}, {"user": "nobody", "x": 1}],
                 "as_of": "2001-03-02T10:15:00Z", "complete_within_ms": 50}
                """)
                .statusCode(200)
                .body("predictions", hasSize(2))
                .body("predictions[0].prediction", is(127.0f))
                .body("predictions[0].entity.user_id", equalTo("u"))
                .body("predictions[0].event_times.'v:a'", equalTo("1970-01-01T00:00:01Z"))
                .body("predictions[0].imputed", hasSize(0))
                .body("predictions[1].prediction", is(110.5f))
                .body("predictions[1].imputed", hasItem("v:a"))
                .body("predictions[1].event_times.'v:a'", nullValue())
                .body("model.name", equalTo("m"))
                .body("model.version", equalTo("1"))
                .body(
                        "model.digest",
                        equalTo(ModelFiles.sha256(OnnxModels.linear(100, 1, 10).toByteArray())))
                .body("complete", is(true));
        assertThat(features.requests().getLast().getAsOfMicrosList()).containsExactly(983_528_100_000_000L);
    }

    @Test
    void theCallersTraceGoesOnAtFeatureServiceFromBothTransports() {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        String parent = "00-" + trace + "-b7ad6b7169203331-01";
        given().contentType("application/json")
                .header("traceparent", parent)
                .body("{\"user\": \"u\", \"x\": 1}")
                .post("/v1/pipelines/p/predict")
                .then()
                .statusCode(200);
        assertThat(features.traces().getLast()).contains(trace).doesNotContain("b7ad6b7169203331");
        var headers = new Metadata();
        headers.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                parent.replace('0', '1').replaceFirst("11", "00"));
        stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .predict(request("u", 1, 0));
        assertThat(features.traces().getLast()).contains(trace.replace('0', '1'));
    }

    @Test
    void anObjectWithoutRowsIsARow() {
        post("{\"user\": \"u\", \"x\": 0, \"y\": null}")
                .statusCode(200)
                .body("predictions[0].prediction", is(102.0f))
                .body("complete", is(false));
    }

    @Test
    void grpcAnswersTheSameAndWithinTheCallersDeadline() {
        PredictResponse response = stub.withDeadlineAfter(Duration.ofSeconds(3)).predict(request("u", 2.5, 7));
        assertThat(response.getPredictions(0).getPrediction()).isEqualTo(127);
        assertThat(response.getPredictions(0).getEntityOrThrow("user_id").getStringValue())
                .isEqualTo("u");
        assertThat(response.getPredictions(0).getFeatureEventTimeMicrosMap()).isEqualTo(Map.of("v:a", 1_000_000L));
        assertThat(response.getModelVersion()).isEqualTo("1");
        assertThat(features.requests().getLast().getAsOfMicrosList()).containsExactly(7L);
        assertThat(features.millisLeft().getLast()).isBetween(1L, 3000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "7",
                "{\"rows\": [",
                "{\"user\": \"u\", \"x\": NaN}",
                "{\"user\": \"u\", \"x\": 1} {}",
                "{\"user\": \"u\", \"user\": \"w\", \"x\": 1}"
            })
    void whatIsNoJsonObjectIsMalformed(String body) {
        refused(post(body), 400, "MALFORMED_REQUEST");
    }

    @Test
    void depthTextsAndNumbersWithoutEndAreRefused() {
        refused(post("{\"user\": " + "[".repeat(1001) + "]".repeat(1001) + "}"), 400, "WRONG_TYPE");
        refused(post("{\"user\": \"" + "u".repeat(20_000_000) + "\", \"x\": 1}"), 400, "MALFORMED_REQUEST");
        refused(post("{\"user\": \"u\", \"x\": " + "9".repeat(1001) + "}"), 400, "MALFORMED_REQUEST");
    }

    @Test
    void whatARowMustNotHoldIsATypedErrorThatNamesTheRow() {
        refused(post("{\"rows\": []}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [1]}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"as-of\": 1}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"as_of\": \"now\"}"), 400, "INVALID_REQUEST");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}], \"complete_within_ms\": -1}"), 400, "INVALID_REQUEST");
        refused(post("{\"user\": \"u\", \"x\": [1]}"), 400, "WRONG_TYPE");
        refused(post("{\"user\": \"u\", \"x\": 1e400}"), 400, "NOT_FINITE");
        refused(post("{\"user\": \"u\", \"x\": 9223372036854775808}"), 400, "WRONG_TYPE");
        refused(post("{\"rows\": [{\"user\": \"u\", \"x\": 1}, {\"x\": 1}, {\"user\": \"u\"}]}"), 400, "MISSING_FIELD")
                .body("errors", hasSize(2))
                .body("errors[0].where", equalTo("rows[1]"))
                .body("errors[1].where", equalTo("rows[2]"))
                .body("errors[1].what", containsString("request field 'x' is missing"));
        String wide = "{"
                + IntStream.range(0, 1_001).mapToObj(i -> "\"f" + i + "\": 1").collect(Collectors.joining(",")) + "}";
        refused(post(wide), 400, "INVALID_REQUEST");
        String tooMany = "{\"rows\": [" + "{},".repeat(10_000) + "{}]}";
        refused(post(tooMany), 400, "INVALID_REQUEST");
    }

    @Test
    void refusalsOfAllKindsKeepTheirStatusOnBothTransports() {
        refused(
                given().contentType("application/json")
                        .body("{}")
                        .post("/v1/pipelines/none/predict")
                        .then(),
                404,
                "PIPELINE_NOT_FOUND");
        assertThat(refusal(() -> stub.predict(PredictRequest.newBuilder()
                        .setPipeline("p")
                        .addRows(PredictRow.newBuilder())
                        .build())))
                .isEqualTo("INVALID_ARGUMENT MISSING_FIELD");
        assertThat(refusal(() -> stub.predict(
                        PredictRequest.newBuilder().setPipeline("p").build())))
                .isEqualTo("INVALID_ARGUMENT INVALID_REQUEST");
        assertThat(refusal(() -> stub.predict(request("u", Double.NaN, 0)))).isEqualTo("INVALID_ARGUMENT NOT_FINITE");
        assertThat(refusal(() -> stub.pausePipeline(
                        PausePipelineRequest.newBuilder().setName("none").build())))
                .isEqualTo("NOT_FOUND PIPELINE_NOT_FOUND");
        try {
            features.answer(_ -> {
                throw Status.UNAVAILABLE.asRuntimeException();
            });
            refused(post("{\"user\": \"u\", \"x\": 1}"), 503, "FEATURES_UNAVAILABLE");
            assertThat(refusal(() -> stub.predict(request("u", 1, 0)))).isEqualTo("UNAVAILABLE FEATURES_UNAVAILABLE");
        } finally {
            features.answer(PredictTest::answer);
        }
    }

    @Test
    void modelsAreListedAndRefreshedOnBothTransports() {
        ModelFiles.publish(models, "broken", "1", new byte[] {(byte) 0x80, 4}, ModelFiles.TWO_COLUMNS);
        given().post("/v1/models/refresh")
                .then()
                .statusCode(200)
                .body("models.name", hasItem("broken"))
                .body("models.find { it.name == 'broken' }.state", equalTo("refused"))
                .body("models.find { it.name == 'broken' }.reason", containsString("PICKLE"))
                .body("models.find { it.name == 'm' }.state", equalTo("serving"));
        assertThat(stub.listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
                .extracting(ModelVersion::getState)
                .containsExactly(ModelVersion.State.STATE_REFUSED, ModelVersion.State.STATE_SERVING);
        ModelFiles.delete(models.resolve("broken/1"));
        assertThat(stub.refreshModels(RefreshModelsRequest.getDefaultInstance()).getModelsList())
                .hasSize(1);
        given().get("/v1/models").then().statusCode(200).body("models", hasSize(1));
    }

    @Test
    void aNewVersionIsFoundWithoutBeingAskedFor() {
        Path version = ModelFiles.publish(models, "m", "2", OnnxModels.linear(200, 1, 10), ModelFiles.TWO_COLUMNS);
        await().untilAsserted(() -> post("{\"user\": \"u\", \"x\": 0}")
                .body("predictions[0].prediction", is(202.0f))
                .body("model.version", equalTo("2")));
        ModelFiles.delete(version);
        await().untilAsserted(() -> post("{\"user\": \"u\", \"x\": 0}").body("predictions[0].prediction", is(102.0f)));
    }

    @Test
    void itIsReadyOnceTheRepositoryWasSeenAndMeasuresWhatItDoes() {
        int port = Integer.parseInt(setting("quarkus.management.test-port"));
        given().port(port)
                .get("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'models' }.data.versions", is(1));
        post("{\"user\": \"u\", \"x\": 0}").statusCode(200);
        given().port(port)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("millrace_inference_score_duration_seconds_count"))
                .body(containsString("millrace_inference_models_loaded"));
    }

    @Test
    void theStreamPredictsWhatTheRequestSidePredicts() throws Exception {
        String bootstrap = setting("kafka.bootstrap.servers");
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic("predict.in", 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("predict.in", "{\"user\": \"u\", \"x\": 2.5, \"time\": 77}"))
                    .get(20, TimeUnit.SECONDS);
        }
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            var output = new TopicPartition("predict.out", 0);
            consumer.assign(List.of(output));
            var predictions = new ArrayList<String>();
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> predictions.add(record.value()));
                return !predictions.isEmpty();
            });
            assertThat(predictions).singleElement().asString().contains("\"prediction\":127.0", "\"v:a\":2.0");
        }
        post("{\"user\": \"u\", \"x\": 2.5}").body("predictions[0].prediction", is(127.0f));
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }

    private static GetOnlineFeaturesResponse answer(GetOnlineFeaturesRequest request) {
        return FeatureAnswers.from(Map.of("v:a/u", 2.0), request);
    }

    private static ValidatableResponse post(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/pipelines/p/predict")
                .then();
    }

    private static ValidatableResponse refused(ValidatableResponse response, int status, String reason) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("reason", equalTo(reason));
    }

    /** Status code and reason of what the call is refused with. */
    private static String refusal(Runnable call) {
        StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::run);
        try {
            ErrorInfo info = StatusProto.fromThrowable(e).getDetails(0).unpack(ErrorInfo.class);
            return e.getStatus().getCode() + " " + info.getReason();
        } catch (InvalidProtocolBufferException malformed) {
            throw new AssertionError(malformed);
        }
    }

    private static PredictRequest request(String user, double x, long asOf) {
        var fields = new HashMap<String, Value>();
        fields.put("user", Value.newBuilder().setStringValue(user).build());
        fields.put("x", Value.newBuilder().setDoubleValue(x).build());
        return PredictRequest.newBuilder()
                .setPipeline("p")
                .addRows(PredictRow.newBuilder().putAllFields(fields).setAsOfMicros(asOf))
                .build();
    }
}
