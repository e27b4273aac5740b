package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.millrace.backing.Ports;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.inference.app.experiment.EvidenceLog;
import io.millrace.inference.kafka.TestBroker;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.proto.inference.v1.Experiment;
import io.millrace.proto.inference.v1.ExperimentServiceGrpc;
import io.millrace.proto.inference.v1.GetExperimentRequest;
import io.millrace.proto.inference.v1.ListBanditsRequest;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Outcomes as they stand in their topic, and what the running service makes of deployments by them. */
@QuarkusTest
@TestProfile(ExperimentTest.Keeping.class)
class ExperimentTest extends PredictingService {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String OUTCOMES = "millrace.inference.outcomes.clicks.v1";
    private static final String LABELS = """
            kind: Labels
            name: clicks
            pipeline: p
            input: {topic: predict.clicks, timestamp: {field: time, unit: us}}
            label: "clicked"
            fields: {clicked: bool}
            join: {key: user}
            delay: 1h
            """;
    private static final String ARMS = """
            kind: Deployment
            name: m
            arms:
              - {name: stable, model: m, version: "1", weight: 50}
              - {name: canary, model: m, version: "2", weight: 50}
            """;
    private static final String EXPERIMENT = """
            experiment:
              labels: clicks
              champion: stable
              challenger: canary
              objective: {measure: brier, minimum-effect: 0.01}
              guardrails: [{measure: accuracy, tolerance: 0.05}]
              rows: {minimum: 50, expected: 400, maximum: 20000}
              decide: %s
            """;

    @Inject
    Deployments deployments;

    private ManagedChannel calls;
    private KafkaProducer<String, String> producer;
    private int ids;

    /** States are kept at once. */
    public static class Keeping extends Settings {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                var settings = new HashMap<>(super.getConfigOverrides());
                settings.put(
                        "millrace.inference.outcomes.directory",
                        Files.createTempDirectory("outcomes").toString());
                settings.put("millrace.inference.outcomes.keep-within", "200ms");
                settings.put("quarkus.http.test-port", String.valueOf(Ports.free()));
                return settings;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @BeforeEach
    void serveTwoVersions() {
        ModelFiles.publish(models, "m", "2", OnnxModels.linear(1_000, 1, 10), ModelFiles.TWO_COLUMNS);
        catalog.refresh();
        calls = ManagedChannelBuilder.forTarget("127.0.0.1:" + setting("quarkus.grpc.server.test-port"))
                .usePlaintext()
                .build();
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", TestBroker.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer());
        apply(LABELS).statusCode(200);
    }

    @AfterEach
    void removeTheDeployment() {
        calls.shutdownNow();
        producer.close();
        try {
            deployments.remove("m");
        } catch (Refusal none) {
            assertThat(none).hasMessageContaining("m");
        }
        ModelFiles.delete(models.resolve("m").resolve("2"));
        catalog.refresh();
    }

    @Test
    void aBetterChallengerIsPromotedOnceWithItsEvidenceOverRestAndGrpc() {
        long revision = experiment("automatically");
        outcomes(revision, 400, 0.3, 0.9);
        JsonPath rest = ended("promoted");
        assertThat(rest.getLong("ended[-1].made_revision")).isEqualTo(revision + 1);
        assertThat(rest.getString("ended[-1].who")).isEqualTo("evidence");
        assertThat(rest.getString("ended[-1].why")).isEqualTo("objective-better");
        assertThat(rest.getDouble("ended[-1].statistic.objective.lower")).isGreaterThan(0.01);
        assertThat(rest.getLong("ended[-1].decided_micros")).isPositive();
        assertThat(rest.getList("ended[-1].data.versions.version", String.class))
                .containsExactlyInAnyOrder("1", "2");
        given().get("/v1/deployments/m")
                .then()
                .body("revision", equalTo((int) revision + 1))
                .body("arms.name", equalTo(List.of("stable")))
                .body("arms.version", equalTo(List.of("2")));
        Experiment grpc = ExperimentServiceGrpc.newBlockingStub(calls)
                .getExperiment(
                        GetExperimentRequest.newBuilder().setDeployment("m").build())
                .getExperiment();
        assertThat(grpc.getEnded(grpc.getEndedCount() - 1).getObjective().getLower())
                .isEqualTo(rest.getDouble("ended[-1].statistic.objective.lower"), within(1e-6));
        assertThat(grpc.getRunning()).isFalse();

        outcomes(revision, 100, 0.3, 0.9);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(decided(revision)).hasSize(1));
        assertThat(decided(revision).getFirst())
                .contains("\"action\":\"promoted\"")
                .contains("\"sample_ratio_p\"");
        given().get("/v1/deployments/m").then().body("revision", equalTo((int) revision + 1));
    }

    @Test
    void aWorseChallengerIsRolledBack() {
        long revision = experiment("automatically");
        outcomes(revision, 400, 0.9, 0.3);
        JsonPath rest = ended("rolled-back");
        assertThat(rest.getLong("ended[-1].made_revision")).isEqualTo(revision + 1);
        given().get("/v1/deployments/m")
                .then()
                .body("arms.name", equalTo(List.of("stable")))
                .body("arms.version", equalTo(List.of("1")));
        assertThat(decided(revision)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void armsThatDoNotGetTheirSharesStopItAndTheDeploymentStays() {
        long revision = experiment("automatically");
        for (int i = 0; i < 300; i++) {
            tell("predicted", "", revision, i % 4 == 0 ? "canary" : "stable", 0.5, 0.5);
        }
        producer.flush();
        JsonPath rest = ended("stopped");
        assertThat(rest.getString("ended[-1].why")).isEqualTo("sample-ratio-mismatch");
        assertThat(rest.getLong("ended[-1].made_revision")).isZero();
        given().get("/v1/deployments/m").then().body("revision", equalTo((int) revision));
    }

    @Test
    void whatIsAdvisedWaitsForAPerson() {
        long revision = experiment("advise");
        refused(decide("promote", "{}"), 412, "EXPERIMENT_UNDECIDED");
        outcomes(revision, 400, 0.3, 0.9);
        ended("advised");
        given().get("/v1/deployments/m").then().body("revision", equalTo((int) revision));
        refused(decide("roll-back", "{}"), 412, "EXPERIMENT_UNDECIDED");
        String seen = "{\"revision\":" + revision + "}";
        decide("promote", seen)
                .statusCode(200)
                .body("running", equalTo(false))
                .body("ended[-1].action", equalTo("promoted"))
                .body("ended[-1].who", equalTo("anonymous"));
        decide("promote", seen).statusCode(200).body("revision", equalTo((int) revision + 1));
    }

    @Test
    void aBanditSendsTheCallsWhereRewardsComeAndSaysWithWhichChance() {
        apply("""
                kind: Deployment
                name: m
                arms: [{name: stable, model: m, version: "1"}, {name: canary, model: m, version: "2"}]
                bandit: {labels: clicks, policy: thompson, reward: label, exploration: 0.1}
                """).statusCode(200);
        long revision = given().get("/v1/deployments/m").jsonPath().getLong("revision");
        post("{\"id\":\"r\",\"rows\":[{\"user\":\"u\",\"x\":1.0}]}")
                .statusCode(200)
                .body("predictions[0].deployment.share", equalTo(0.5f));
        var random = new SplittableRandom(1);
        for (int i = 0; i < 600; i++) {
            String arm = i % 2 == 0 ? "canary" : "stable";
            tell("labelled", random.nextInt(100) < (i % 2 == 0 ? 80 : 20) ? "1" : "0", revision, arm, 0.5, 0.5);
        }
        producer.flush();
        await().atMost(PATIENCE).untilAsserted(() -> given().get("/v1/bandits/m")
                .then()
                .statusCode(200)
                .body("arms.rewards", equalTo(List.of(300, 300))));
        JsonPath bandit = given().get("/v1/bandits/m").jsonPath();
        double canary = bandit.getDouble("arms[1].chance");
        assertThat(canary + bandit.getDouble("arms[0].chance")).isCloseTo(1, within(1e-6));
        assertThat(canary).isGreaterThan(0.94);
        assertThat(bandit.getDouble("policies.find {it.name == 'always-canary'}.doubly_robust.estimate"))
                .isBetween(0.7, 0.9);
        assertThat(ExperimentServiceGrpc.newBlockingStub(calls)
                        .listBandits(ListBanditsRequest.getDefaultInstance())
                        .getBandits(0)
                        .getPoliciesCount())
                .isEqualTo(3);
        int toCanary = 0;
        for (int i = 0; i < 100; i++) {
            JsonPath answer = post("{\"id\":\"b" + i + "\",\"rows\":[{\"user\":\"u\",\"x\":1.0}]}")
                    .extract()
                    .jsonPath();
            boolean isCanary = answer.getString("predictions[0].deployment.arm").equals("canary");
            toCanary += isCanary ? 1 : 0;
            assertThat(answer.getDouble("predictions[0].deployment.share"))
                    .isCloseTo(isCanary ? canary : 1 - canary, within(1e-6));
            String again = post("{\"id\":\"b" + i + "\",\"rows\":[{\"user\":\"u\",\"x\":1.0}]}")
                    .extract()
                    .path("predictions[0].deployment.arm");
            assertThat(again).isEqualTo(answer.getString("predictions[0].deployment.arm"));
        }
        assertThat(toCanary).isGreaterThan(85);
        assertThat(EvidenceLog.TOPIC).isEqualTo("millrace.inference.evidence.v1");
    }

    private long experiment(String decide) {
        apply(ARMS + EXPERIMENT.formatted(decide)).statusCode(200);
        return given().get("/v1/deployments/m").jsonPath().getLong("revision");
    }

    private static JsonPath ended(String action) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        given().get("/v1/experiments/m").jsonPath().getList("ended.action", String.class))
                .endsWith(action));
        return given().get("/v1/experiments/m").jsonPath();
    }

    private static ValidatableResponse decide(String how, String body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/experiments/m/" + how)
                .then();
    }

    /** So many rows to each arm, whose scores lie on the label's side with these chances. */
    private void outcomes(long revision, int rows, double stable, double canary) {
        var random = new SplittableRandom(9);
        for (int i = 0; i < 2 * rows; i++) {
            boolean toCanary = random.nextBoolean();
            boolean isRight = random.nextDouble() < (toCanary ? canary : stable);
            String label = random.nextBoolean() ? "1" : "0";
            double value = isRight == label.equals("1") ? 0.8 : 0.2;
            tell("predicted", "", revision, toCanary ? "canary" : "stable", 0.5, value);
            tell("labelled", label, revision, toCanary ? "canary" : "stable", 0.5, value);
        }
        producer.flush();
    }

    private void tell(String outcome, String label, long revision, String arm, double share, double value) {
        String id = "predict.in-0-" + (label.isEmpty() ? ids : ids++);
        String labelled =
                label.isEmpty() ? "" : "\"label\":{\"value\":" + label + ",\"timestamp\":\"2026-01-01T00:10:00Z\"},";
        String text = "{\"outcome\":\"" + outcome + "\"," + labelled + "\"id\":\"" + id + "\",\"key\":\"" + id
                + "\",\"prediction\":" + value
                + ",\"timestamp\":\"2026-01-01T00:00:00Z\",\"entity\":{\"user_id\":\"u\"},"
                + "\"model\":{\"name\":\"m\",\"version\":\"" + (arm.equals("canary") ? 2 : 1)
                + "\",\"digest\":\"d\",\"engine\":\"e\"},\"deployment\":{\"name\":\"m\",\"revision\":" + revision
                + ",\"arm\":\"" + arm + "\",\"share\":" + share + "},\"values\":{}}";
        producer.send(new ProducerRecord<>(OUTCOMES, 0, id, text));
    }

    /** What was told of the experiment of this revision. */
    private static List<String> decided(long revision) {
        List<String> found = new ArrayList<>();
        var topic = new TopicPartition("millrace.inference.events.v1", 0);
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", TestBroker.bootstrapServers()),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(topic));
            consumer.seekToBeginning(List.of(topic));
            long end = consumer.endOffsets(List.of(topic)).getOrDefault(topic, 0L);
            while (consumer.position(topic) < end) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.value().contains("io.millrace.experiment.decided")
                            && record.value().contains("\"tested_revision\":" + revision + ",")) {
                        found.add(record.value());
                    }
                }
            }
        }
        return found;
    }

    private static ValidatableResponse apply(String yaml) {
        return given().contentType("application/json")
                .body(Map.of("files", List.of(Map.of("path", "d.yaml", "content", yaml))))
                .post("/v1/pipelines")
                .then();
    }
}
