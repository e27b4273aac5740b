package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kafka.TestBroker;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.proto.features.v1.DeleteEntityRequest;
import io.millrace.proto.features.v1.DeletionServiceGrpc;
import io.millrace.proto.features.v1.FeatureStatus;
import io.millrace.proto.features.v1.RetireFeatureViewRequest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class EntityDeletionServiceTest extends ServiceUnderTest {
    private static final String NOON = "2026-03-02T12:00:00Z";

    @Inject
    OfflineStore offline;

    private List<Long> usersOffline() {
        FeatureView view = Views.view(Views.activity(name, "v1", topic));
        var users = new ArrayList<Long>();
        try (OfflineSnapshot snapshot = offline.snapshot(new ViewId(name, "v1"))) {
            offline.read(
                    view,
                    snapshot,
                    snapshot.paths(),
                    row -> users.add(
                            ((FeatureValue.Int) row.event().key().values().getFirst()).value()));
        }
        return users.stream().sorted().toList();
    }

    private FeatureStatus status(long user) {
        return statuses(read(NOON, user, name + ":last_amount")).getFirst();
    }

    private List<String> audit(String id) {
        return TestBroker.records("millrace.features.audit.v1").stream()
                .filter(record -> id.equals(new String(record.key(), StandardCharsets.UTF_8)))
                .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void aDeletedEntityIsGoneEverywhereAndStaysGoneWhenTheViewIsBuiltAgainFromKafka() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(7, "2026-03-02T10:00:00Z", 1, "click"),
                event(8, "2026-03-02T10:00:00Z", 2, "click"),
                event(7, "2026-03-02T11:00:00Z", 3, "click"));
        assertThat(status(7)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(usersOffline()).containsExactly(7L, 7L, 8L));

        String id = DeletionServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .deleteEntity(DeleteEntityRequest.newBuilder()
                        .setView(name)
                        .putKey("user_id", number(7))
                        .build())
                .getDeletion()
                .getId();

        assertThat(status(7)).isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND);
        assertThat(status(8)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT);
        await().atMost(PATIENCE).untilAsserted(() -> given().get("/v1/deletions/" + id)
                .then()
                .statusCode(200)
                .body("state", org.hamcrest.Matchers.equalTo("done")));
        assertThat(usersOffline()).containsExactly(8L);
        assertThat(audit(id)).hasSize(2).allSatisfy(entry -> assertThat(entry).contains("delete-entity", "anonymous"));

        features.retireFeatureView(RetireFeatureViewRequest.newBuilder()
                .setName(name)
                .setVersion("v1")
                .build());
        apply(Views.activity(name, "v1", topic));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(status(8)).isEqualTo(FeatureStatus.FEATURE_STATUS_PRESENT));
        assertThat(status(7)).isEqualTo(FeatureStatus.FEATURE_STATUS_NOT_FOUND);

        TestBroker.produce(topic, 0, event(7, "2026-03-02T11:30:00Z", 5, "click"));
        assertThat(values(read(NOON, 7, name + ":last_amount", name + ":events_1h")))
                .containsExactly(real(5), number(1));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(usersOffline()).containsExactly(7L, 8L));
    }

    @Test
    void whatIsNotRightIsRefused() {
        given().contentType(ContentType.JSON)
                .body(Map.of("view", "none", "key", Map.of("user_id", 1)))
                .post("/v1/deletions")
                .then()
                .statusCode(404);
        given().contentType(ContentType.JSON)
                .body(Map.of("key", Map.of()))
                .post("/v1/deletions")
                .then()
                .statusCode(400);
        given().get("/v1/deletions/view.none.00").then().statusCode(404);
    }
}
