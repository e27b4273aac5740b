package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
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
import io.millrace.proto.inference.v1.PredictRequest;
import io.millrace.proto.inference.v1.PredictRow;
import io.quarkus.test.junit.QuarkusTestProfile;
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

/** The running service with a broker, one pipeline, one model and a feature-service that the test plays. */
abstract class PredictingService {
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
    static FeatureServer features;

    @Inject
    ModelCatalog catalog;

    @Inject
    PipelineAdministration pipelines;

    final Path models = Path.of(setting("millrace.inference.models.directory"));
    private ManagedChannel channel;
    InferenceServiceBlockingStub stub;

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
                        "millrace.inference.outcomes.directory",
                        Files.createTempDirectory("outcomes").toString(),
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
        features = new FeatureServer(Integer.parseInt(address.split(":", 2)[1]), PredictingService::answer);
    }

    @BeforeEach
    void serve() {
        ModelFiles.publish(models, "m", "1", OnnxModels.linear(100, 1, 10), ModelFiles.TWO_COLUMNS);
        catalog.refresh();
        await().ignoreException(Refusal.class)
                .untilAsserted(() -> assertThat(pipelines.apply(List.of(new DefinitionFile("p.yaml", PIPELINE))))
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

    /** To the service's gRPC port. */
    ManagedChannel channel() {
        return channel;
    }

    static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }

    static GetOnlineFeaturesResponse answer(GetOnlineFeaturesRequest request) {
        return FeatureAnswers.from(Map.of("v:a/u", 2.0), request);
    }

    static ValidatableResponse post(String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/pipelines/p/predict")
                .then();
    }

    static ValidatableResponse refused(ValidatableResponse response, int status, String reason) {
        return response.statusCode(status)
                .contentType("application/problem+json")
                .body("reason", equalTo(reason));
    }

    /** Status code and reason of what the call is refused with. */
    static String refusal(Runnable call) {
        StatusRuntimeException e = catchThrowableOfType(StatusRuntimeException.class, call::run);
        try {
            ErrorInfo info = StatusProto.fromThrowable(e).getDetails(0).unpack(ErrorInfo.class);
            return e.getStatus().getCode() + " " + info.getReason();
        } catch (InvalidProtocolBufferException malformed) {
            throw new AssertionError(malformed);
        }
    }

    static PredictRequest request(String user, double x, long asOf) {
        var fields = new HashMap<String, Value>();
        fields.put("user", Value.newBuilder().setStringValue(user).build());
        fields.put("x", Value.newBuilder().setDoubleValue(x).build());
        return PredictRequest.newBuilder()
                .setPipeline("p")
                .addRows(PredictRow.newBuilder().putAllFields(fields).setAsOfMicros(asOf))
                .build();
    }

    /** The first prediction of an event in topic {@code <topics>.in}. */
    static String streamed(String topics, String event) throws Exception {
        String bootstrap = setting("kafka.bootstrap.servers");
        try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topics + ".in", 1, (short) 1)))
                    .all()
                    .get(20, TimeUnit.SECONDS);
        }
        try (var producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topics + ".in", event)).get(20, TimeUnit.SECONDS);
        }
        Map<String, Object> config = Map.of(
                "bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            var output = new TopicPartition(topics + ".out", 0);
            consumer.assign(List.of(output));
            var predictions = new ArrayList<String>();
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> predictions.add(record.value()));
                return !predictions.isEmpty();
            });
            return predictions.getFirst();
        }
    }
}
