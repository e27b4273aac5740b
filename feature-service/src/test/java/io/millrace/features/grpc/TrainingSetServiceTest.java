package io.millrace.features.grpc;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kafka.TestBroker;
import io.millrace.features.kernel.ViewId;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.RowFormat;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.TrainingSetFormat;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc.TrainingSetServiceBlockingStub;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class TrainingSetServiceTest extends ServiceUnderTest {
    private static final String ROWS = """
            user_id,event_timestamp,label
            2,2026-03-01T12:00:00Z,a
            1,2026-03-01T12:00:00Z,b
            1,2026-03-01T11:00:00Z,c
            """;
    private static final String MADE = """
            user_id,label,last_amount,events_1h
            2,a,,
            1,b,5.5,2
            1,c,,
            """;

    @Inject
    OfflineStore offline;

    private void fill() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-01T11:30:00Z", 4.5, "click"),
                event(1, "2026-03-01T11:45:00Z", 5.5, "click"),
                event(1, "2026-03-01T12:30:00Z", 6.5, "click"));
        await().atMost(PATIENCE).until(() -> {
            try (OfflineSnapshot snapshot = offline.snapshot(new ViewId(name, "v1"))) {
                return snapshot.rows() == 3;
            }
        });
    }

    private StartTrainingSetRequest.Builder request() {
        return StartTrainingSetRequest.newBuilder()
                .addFeatures(name + ":last_amount")
                .addFeatures(name + ":events_1h")
                .setInline(ByteString.copyFromUtf8(ROWS))
                .setRowFormat(RowFormat.ROW_FORMAT_CSV)
                .setFormat(TrainingSetFormat.TRAINING_SET_FORMAT_CSV);
    }

    @Test
    void aTrainingSetIsStartedWatchedAndFetchedOverGrpcAndRest() {
        fill();
        TrainingSetServiceBlockingStub sets =
                TrainingSetServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

        Job job = sets.startTrainingSet(request().build()).getJob();
        JobServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .watchJob(WatchJobRequest.newBuilder().setId(job.getId()).build())
                .forEachRemaining(told -> {
                    if (told.getJob().getState() != JobState.JOB_STATE_RUNNING) {
                        assertThat(told.getJob().getMessage()).isEmpty();
                    }
                });
        var content = new StringBuilder();
        sets.readTrainingSet(ReadTrainingSetRequest.newBuilder()
                        .setJobId(job.getId())
                        .build())
                .forEachRemaining(part -> content.append(part.getContent().toString(StandardCharsets.UTF_8)));

        assertThat(withoutInstants(content.toString())).isEqualTo(MADE);
        assertThat(given().get("/v1/training-sets/" + job.getId() + "/file").asString())
                .isEqualTo(content.toString());
        String other = given().contentType(ContentType.JSON)
                .body("{\"features\":[\"" + name + ":last_amount\"],\"statuses\":true,\"format\":\"csv\",\"rows\":"
                        + "[{\"user_id\":1,\"event_timestamp\":\"2026-03-01T12:00:00Z\"}]}")
                .post("/v1/training-sets")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
        await().atMost(PATIENCE)
                .until(() -> given().get("/v1/jobs/" + other).path("state").equals("done"));
        assertThat(given().get("/v1/training-sets/" + other + "/file").asString())
                .contains("5.5,PRESENT");
    }

    @Test
    void aRequestThatIsWrongIsRefusedBeforeAnyJobBegins() {
        apply(Views.activity(name, "v1", topic));
        TrainingSetServiceBlockingStub sets =
                TrainingSetServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

        assertRefused(sets, request().addFeatures(name + ":nothing"), Status.Code.NOT_FOUND);
        assertRefused(sets, request().clearInline(), Status.Code.INVALID_ARGUMENT);
        assertRefused(sets, request().setImportPath("../../etc/passwd.csv"), Status.Code.INVALID_ARGUMENT);
        assertRefused(sets, request().setImportPath("/etc/passwd"), Status.Code.INVALID_ARGUMENT);
        assertRefused(sets, request().setImportPath("a\u0000b.csv"), Status.Code.INVALID_ARGUMENT);
        assertRefused(sets, request().setImportPath("not-there.csv"), Status.Code.NOT_FOUND);
        given().get("/v1/training-sets/none/file").then().statusCode(404);
    }

    private static String withoutInstants(String csv) {
        return csv.replaceAll("(?m)^([^,]*),[^,]*,", "$1,");
    }

    private static void assertRefused(
            TrainingSetServiceBlockingStub sets, StartTrainingSetRequest.Builder request, Status.Code code) {
        assertThatThrownBy(() -> sets.startTrainingSet(request.build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(code));
    }
}
