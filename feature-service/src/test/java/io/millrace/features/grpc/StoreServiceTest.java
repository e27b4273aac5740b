package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kafka.TestBroker;
import io.millrace.features.kernel.ViewId;
import io.millrace.proto.features.v1.BackupStoreRequest;
import io.millrace.proto.features.v1.GetJobRequest;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.PushFeaturesRequest;
import io.millrace.proto.features.v1.PushTarget;
import io.millrace.proto.features.v1.RebuildFeatureViewRequest;
import io.millrace.proto.features.v1.RestoreStoreRequest;
import io.millrace.proto.features.v1.StoreCopy;
import io.millrace.proto.features.v1.StoreServiceGrpc;
import io.millrace.proto.features.v1.StoreServiceGrpc.StoreServiceBlockingStub;
import io.millrace.proto.features.v1.Value;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies and rebuilds over both doors: what one began, the other goes on with. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class StoreServiceTest extends ServiceUnderTest {
    @Inject
    OfflineStore offline;

    private StoreServiceBlockingStub store;

    @TempDir
    private Path folder;

    @BeforeEach
    void openTheDoor() {
        store = StoreServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    private static ValidatableResponse post(String what, Map<String, String> body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/store/" + what)
                .then();
    }

    private void produce(double amount) {
        TestBroker.produce(topic, 0, event(1, "2026-03-02T09:10:00Z", amount, "click"));
    }

    private long count() {
        return values(read("2026-03-02T09:30:00Z", 1, name + ":events_1h"))
                .getFirst()
                .getInt64Value();
    }

    @Test
    void aCopyThatWasRestoredCatchesUpFromKafka() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        produce(1);
        assertThat(count()).isEqualTo(1);
        var directory = Map.of("directory", folder.toString());

        StoreCopy first = store.backupStore(BackupStoreRequest.newBuilder()
                        .setDirectory(folder.toString())
                        .build())
                .getCopy();
        produce(2);
        assertThat(count()).isEqualTo(2);
        post("restore", directory)
                .statusCode(200)
                .body("id", equalTo(first.getId()))
                .body("files", equalTo(first.getFiles()))
                .body(
                        "taken",
                        equalTo(java.time.Instant.ofEpochSecond(first.getTakenMicros() / 1_000_000)
                                .toString()));
        assertThat(count()).isEqualTo(2);

        int second = post("backup", directory).statusCode(200).extract().path("id");
        assertThat(second).isGreaterThan(first.getId());
        produce(3);
        assertThat(store.restoreStore(RestoreStoreRequest.newBuilder()
                                .setDirectory(folder.toString())
                                .build())
                        .getCopy()
                        .getId())
                .isEqualTo(second);
        assertThat(count()).isEqualTo(3);
    }

    @Test
    void anEntityThatWasDeletedSinceTheCopyWasTakenStaysDeleted() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        produce(1);
        TestBroker.produce(topic, 0, event(2, "2026-03-02T09:10:00Z", 5, "click"));
        assertThat(count()).isEqualTo(1);
        var directory = Map.of("directory", folder.toString());
        post("backup", directory).statusCode(200);
        given().contentType(ContentType.JSON)
                .body(Map.of("view", name, "key", Map.of("user_id", 1)))
                .post("/v1/deletions")
                .then()
                .statusCode(200);
        assertThat(count()).isZero();

        post("restore", directory).statusCode(200);

        assertThat(count()).isZero();
        assertThat(values(read("2026-03-02T09:30:00Z", 2, name + ":events_1h"))
                        .getFirst()
                        .getInt64Value())
                .isEqualTo(1);
        produce(7);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void aViewIsBuiltAnewAndServesTheSame() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        produce(1);
        produce(2);
        assertThat(count()).isEqualTo(2);

        String job = post("rebuild", Map.of("view", name))
                .statusCode(200)
                .body("kind", equalTo("rebuild"))
                .body("parameters.view", equalTo(name + "@v1"))
                .extract()
                .path("id");
        awaitDone(job);
        assertThat(count()).isEqualTo(2);

        awaitDone(store.rebuildFeatureView(RebuildFeatureViewRequest.newBuilder()
                        .setView(name + "@v1")
                        .build())
                .getJob()
                .getId());
        produce(3);
        assertThat(count()).isEqualTo(3);
    }

    @Test
    void aRebuildTakesFromTheOfflineStoreWhatKafkaNoLongerHas() throws Exception {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        produce(1);
        produce(2);
        produce(3);
        assertThat(count()).isEqualTo(3);
        await().atMost(PATIENCE).until(() -> rowsOffline() == 3);
        try (var admin = TestBroker.admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(topic, 0), RecordsToDelete.beforeOffset(2)))
                    .all()
                    .get();
        }

        awaitDone(
                post("rebuild", Map.of("view", name)).statusCode(200).extract().path("id"));

        assertThat(count()).isEqualTo(3);
        produce(4);
        assertThat(count()).isEqualTo(4);
    }

    private long rowsOffline() {
        try (OfflineSnapshot snapshot = offline.snapshot(new ViewId(name, "v1"))) {
            return snapshot.rows();
        }
    }

    @Test
    void aPushedViewIsBuiltAnewFromItsOwnLogAloneWithoutRowsForTheOfflineStore() {
        apply(Views.profile(name));
        push(PushTarget.PUSH_TARGET_ONLINE_AND_OFFLINE, 30);
        push(PushTarget.PUSH_TARGET_ONLINE, 31);
        push(PushTarget.PUSH_TARGET_OFFLINE, 99);
        assertThat(profile()).containsExactly(number(31), number(2));
        await().atMost(PATIENCE).until(() -> rowsOffline() == 2);

        awaitDone(
                post("rebuild", Map.of("view", name)).statusCode(200).extract().path("id"));

        assertThat(profile()).containsExactly(number(31), number(2));
        push(PushTarget.PUSH_TARGET_ONLINE, 32);
        assertThat(profile()).containsExactly(number(32), number(3));
    }

    private void push(PushTarget to, long age) {
        features.pushFeatures(PushFeaturesRequest.newBuilder()
                .setView(name)
                .putColumns("user_id", users(1))
                .putColumns("age", users(age))
                .addEventTimeMicros(micros("2026-03-02T09:00:00Z") + age)
                .setTo(to)
                .build());
    }

    private List<Value> profile() {
        return values(read("2026-03-02T09:30:00Z", 1, name + ":age", name + ":pushes_1h"));
    }

    private void awaitDone(String job) {
        var jobs = JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        jobs.getJob(GetJobRequest.newBuilder().setId(job).build())
                                .getJob()
                                .getState())
                .isEqualTo(JobState.JOB_STATE_DONE));
        given().get("/v1/jobs/" + job).then().statusCode(200).body("state", equalTo("done"));
    }

    @Test
    void whatIsNotRightIsRefusedOnBothDoors() {
        post("backup", Map.of()).statusCode(400).body("reason", equalTo("MALFORMED_REQUEST"));
        post("backup", Map.of("directory", "copies")).statusCode(400).body("reason", equalTo("MALFORMED_REQUEST"));
        post("restore", Map.of("directory", folder.toString())).statusCode(404).body("reason", equalTo("NO_BACKUP"));
        post("rebuild", Map.of()).statusCode(400).body("reason", equalTo("MALFORMED_REQUEST"));
        post("rebuild", Map.of("view", "none")).statusCode(404);

        assertThatThrownBy(() -> store.backupStore(
                        BackupStoreRequest.newBuilder().setDirectory("copies").build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
        assertThatThrownBy(() -> store.rebuildFeatureView(
                        RebuildFeatureViewRequest.newBuilder().setView("none").build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }
}
