package io.millrace.inference.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.millrace.proto.inference.v1.GetQualityRequest;
import io.millrace.proto.inference.v1.GetQualityResponse;
import io.millrace.proto.inference.v1.LabelServiceGrpc;
import io.millrace.proto.inference.v1.ListLabelsRequest;
import io.millrace.proto.inference.v1.WindowQuality;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = LabelsForService.class, restrictToAnnotatedClass = true)
class LabelResourceTest {
    private static final String PIPELINE = """
            kind: Pipeline
            name: late
            input: {topic: late-absent, timestamp: {field: at}}
            key: id
            entity: {origin: origin}
            model: {name: m}
            output: {topic: late-out}
            """;
    private static final String LABELS = """
            ---
            kind: Labels
            name: late
            pipeline: late
            input: {topic: late-labels, timestamp: {field: at, unit: ms}}
            label: "delay > 15.0"
            fields: {delay: double}
            join: {key: id}
            delay: 24h
            windows: [1h, 24h]
            """;

    @Test
    void labelsAreAppliedJoinedMeasuredShownAndRemoved() throws ExecutionException, InterruptedException {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> given().get("/v1/labels").statusCode() == 200);
        given().get("/v1/labels/late/quality").then().statusCode(404).body("reason", equalTo("LABELS_NOT_FOUND"));
        apply(PIPELINE + LABELS.replace("pipeline: late", "pipeline: lat").replace("delay > 15.0", "dela > 1"))
                .statusCode(400)
                .body("errors.what", hasItem(containsString("did you mean 'delay'")));
        apply(PIPELINE + LABELS.replace("pipeline: late", "pipeline: lat"))
                .statusCode(400)
                .body("errors.where", hasItem("p.yaml:11"))
                .body("errors.what", hasItem(containsString("did you mean 'late'")));

        send();
        apply(PIPELINE + LABELS).statusCode(200).body("outcomes.kind", hasItems("Pipeline", "Labels"));
        await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> given().get("/v1/labels/late/quality")
                .then()
                .statusCode(200)
                .body("versions[0].windows[0].coverage.labels", equalTo(3)));

        given().get("/v1/labels/late/quality")
                .then()
                .body("as_of", equalTo("2023-11-14T22:13:23Z"))
                .body("versions[0].model", equalTo("m"))
                .body("versions[0].version", equalTo("1"))
                .body("versions[0].windows.window", equalTo(List.of("1h", "24h")))
                .body("versions[0].windows[0].coverage.predictions", equalTo(4))
                .body("versions[0].windows[0].classification.true_positives", equalTo(2))
                .body("versions[0].windows[0].classification.false_positives", equalTo(1))
                .body("versions[0].windows[0].classification.calibration[8].rows", equalTo(3));
        given().get("/v1/labels/late")
                .then()
                .body("owned", equalTo(true))
                .body("reason", equalTo(""))
                .body("folds", hasItem("quality"))
                .body("topic", equalTo("late-labels"));

        ManagedChannel channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + setting("quarkus.grpc.server.test-port"), InsecureChannelCredentials.create())
                .build();
        var grpc = LabelServiceGrpc.newBlockingStub(channel);
        GetQualityResponse quality =
                grpc.getQuality(GetQualityRequest.newBuilder().setLabels("late").build());
        WindowQuality window = quality.getVersions(0).getWindows(1);
        assertThat(window.getWindow()).isEqualTo("24h");
        assertThat(window.getLabels()).isEqualTo(3);
        // Two of three came at 0.8.
        assertThat(window.getClassification().getBrier()).isEqualTo((0.04 + 0.04 + 0.64) / 3, within(1e-12));
        assertThat(grpc.listLabels(ListLabelsRequest.getDefaultInstance())
                        .getLabels(0)
                        .getOwned())
                .isTrue();
        channel.shutdownNow();

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(metrics())
                .contains("millrace_inference_quality{", "measure=\"brier\"")
                .contains("millrace_inference_labels_outcomes_total{labels=\"late\",outcome=\"labelled\"} 3.0"));

        given().delete("/v1/labels/late").then().statusCode(204);
        given().get("/v1/labels/late").then().statusCode(404);
        given().delete("/v1/pipelines/late").then().statusCode(204);
    }

    private static String metrics() {
        return given().port(Integer.parseInt(setting("quarkus.management.test-port")))
                .get("/q/metrics")
                .asString();
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }

    private static void send() throws ExecutionException, InterruptedException {
        String servers = setting("kafka.bootstrap.servers");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers));
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", servers),
                        new StringSerializer(),
                        new StringSerializer())) {
            admin.createTopics(List.of(
                            new NewTopic("late-out", Optional.of(1), Optional.empty()),
                            new NewTopic("late-labels", Optional.of(1), Optional.empty())))
                    .all()
                    .get();
            for (int i = 0; i < 4; i++) {
                String at = "2023-11-14T22:13:2" + i + "Z";
                producer.send(new ProducerRecord<>("late-out", """
                        {"pipeline":"late","key":"k%d","entity":{"origin":"ORD"},"prediction":0.8,"timestamp":"%s","as_of":"%s",
                         "model":{"name":"m","version":"1","digest":"d"},
                         "features":{"values":{},"event_times":{},"imputed":[],"hash":"","positions":[]},
                         "source":{"topic":"late-absent","partition":0,"offset":%d}}
                        """.formatted(i, at, at, i)))
                        .get();
            }
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>(
                                "late-labels",
                                "{\"id\":\"k" + i + "\",\"at\":" + (1_700_000_100_000L + i) + ",\"delay\":" + (i * 20)
                                        + "}"))
                        .get();
            }
        }
    }

    private static ValidatableResponse apply(String yaml) {
        return given().contentType(ContentType.JSON)
                .body(Map.of("files", List.of(Map.of("path", "p.yaml", "content", yaml))))
                .post("/v1/pipelines")
                .then();
    }
}
