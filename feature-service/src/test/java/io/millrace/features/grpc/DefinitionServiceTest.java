package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.equalTo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.kafka.TestBroker;
import io.millrace.proto.features.v1.ActivateDefinitionRequest;
import io.millrace.proto.features.v1.DeactivateDefinitionRequest;
import io.millrace.proto.features.v1.DefinitionServiceGrpc;
import io.millrace.proto.features.v1.DefinitionServiceGrpc.DefinitionServiceBlockingStub;
import io.millrace.proto.features.v1.FeatureServiceFeatures;
import io.millrace.proto.features.v1.GetFeatureServiceRequest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** Definitions over the wire: which version a name means, and what a feature service stands for. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class DefinitionServiceTest extends ServiceUnderTest {
    @Test
    void aVersionIsPutAsideAndTakenBackOverGrpcAndRest() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic), Views.activity(name, "v2", topic));
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", 10.0, "click"));
        assertThat(version()).isEqualTo(name + "@v2");

        DefinitionServiceBlockingStub definitions = DefinitionServiceGrpc.newBlockingStub(channel);
        var aside = DeactivateDefinitionRequest.newBuilder()
                .setKind("FeatureView")
                .setName(name)
                .setVersion("v2")
                .build();
        definitions.deactivateDefinition(aside);
        definitions.deactivateDefinition(aside);
        assertThat(version()).isEqualTo(name + "@v1");
        assertThat(read("2026-03-02T09:30:00Z", 1, name + "@v2:events_1h").getComplete())
                .as("it goes on")
                .isTrue();
        assertThat(summary(name, "v2").getIsActive()).isFalse();
        assertThat(summary(name, "v1").getIsDefault()).isTrue();
        assertThatThrownBy(() -> definitions.deactivateDefinition(
                        aside.toBuilder().setVersion("v1").build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION));

        given().post("/v1/definitions/FeatureView/" + name + "@v2/activate")
                .then()
                .statusCode(204);
        assertThat(version()).isEqualTo(name + "@v2");
        given().post("/v1/definitions/FeatureView/" + name + "@v2/deactivate")
                .then()
                .statusCode(204);
        assertThat(version()).isEqualTo(name + "@v1");
        given().get("/v1/definitions")
                .then()
                .body("definitions.find { it.name == '" + name + "' && it.version == 'v2' }.is_active", equalTo(false));
        definitions.activateDefinition(ActivateDefinitionRequest.newBuilder()
                .setKind("FeatureView")
                .setName(name)
                .setVersion("v2")
                .build());
        assertThat(version()).isEqualTo(name + "@v2");
    }

    @Test
    void aServiceIsToldWithItsFeaturesOverGrpcAndRest() {
        apply(
                Views.activity(name, "v1", topic),
                "kind: FeatureService\nname: s_" + name + "\nversion: v2\nfeatures: [" + name + ":events_1h]\n");
        FeatureServiceFeatures service = DefinitionServiceGrpc.newBlockingStub(channel)
                .getFeatureService(GetFeatureServiceRequest.newBuilder()
                        .setName("s_" + name)
                        .build())
                .getFeatureService();
        assertThat(service.getFeatureService()).isEqualTo("s_" + name + "@v2");
        assertThat(service.getIsDefault()).isTrue();
        assertThat(service.getJoinKeysList()).containsExactly("user_id");
        assertThat(service.getFeaturesList())
                .containsExactly(FeatureServiceFeatures.Feature.newBuilder()
                        .setReference(name + ":events_1h")
                        .setType("int64")
                        .build());
        given().get("/v1/definitions/FeatureService/s_" + name + "@v2/features")
                .then()
                .statusCode(200)
                .body("feature_service", equalTo("s_" + name + "@v2"))
                .body("features[0].reference", equalTo(name + ":events_1h"))
                .body("join_keys[0]", equalTo("user_id"));
        given().get("/v1/definitions/FeatureService/nobody/features")
                .then()
                .statusCode(404)
                .body("reason", equalTo("FEATURE_SERVICE_NOT_FOUND"));
    }

    @Test
    void deadLettersAreListedByReason() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(topic, 0, "no json", "{", "{\"user\": 1}", event(1, "2026-03-02T09:10:00Z", 10.0, "click"));
        read("2026-03-02T09:30:00Z", 1, name + ":events_1h");

        assertThat(summary(name, "v1").getDeadLettered()).isEqualTo(3);
        assertThat(summary(name, "v1").getDeadLetteredByReasonMap())
                .containsEntry("NOT_JSON", 2L)
                .hasSize(2);
        given().get("/v1/feature-views/" + name + "/versions/v1")
                .then()
                .body("dead_lettered_by_reason.NOT_JSON", equalTo(2))
                .body("dead_lettered", equalTo(3))
                .body("is_active", equalTo(true));
    }

    private String version() {
        return read("2026-03-02T09:30:00Z", 1, name + ":events_1h").getViewVersions(0);
    }
}
