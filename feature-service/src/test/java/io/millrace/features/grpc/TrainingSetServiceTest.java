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
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.ViewId;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.QueryRows;
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
import java.util.HashMap;
import java.util.Map;
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
        awaitRows(3);
    }

    private void awaitRows(long rows) {
        await().atMost(PATIENCE).until(() -> {
            try (OfflineSnapshot snapshot = offline.snapshot(new ViewId(name, "v1"))) {
                return snapshot.rows() == rows;
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
    void aFeatureServiceWithOnDemandFeaturesIsAskedForByItsName() {
        fill();
        apply("""
                kind: OnDemandFeatureView
                name: money_%1$s
                version: v1
                inputs: [%2$s:last_amount]
                request: {rate: double}
                features:
                  - {name: converted, type: double, expression: last_amount * rate}
                """.formatted(suffix, name), """
                kind: FeatureService
                name: model_%1$s
                version: v1
                features: ["%2$s:events_1h", "money_%1$s:converted"]
                """.formatted(suffix, name));

        String job = start("\"feature_service\":\"model_" + suffix + "\"", ",\"rate\":2.0");

        assertThat(made(job)).contains("2.0,2,11.0");
    }

    @Test
    void aViewThatIsOnlyPlannedIsComputedFromItsTopicAndNothingIsApplied() {
        fill();
        String planned = Views.activity(name, "v2", topic).replace("window: 1h", "window: 2h");
        TrainingSetServiceBlockingStub sets =
                TrainingSetServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

        String job = sets.startTrainingSet(request()
                        .clearInline()
                        .setInline(ByteString.copyFromUtf8("""
                                user_id,event_timestamp,label
                                1,2026-03-01T13:15:00Z,a
                                """))
                        .addPlannedFiles(DefinitionFile.newBuilder()
                                .setPath("planned.yaml")
                                .setContent(planned))
                        .build())
                .getJob()
                .getId();

        // The window of an hour that is served has the last of the three events, that of two hours all of them.
        assertThat(withoutInstants(made(job))).isEqualTo("user_id,label,last_amount,events_1h\n1,a,6.5,3\n");
        assertThat(values(read("2026-03-01T13:15:00Z", 1, name + ":events_1h"))).containsExactly(number(1));
        assertRefused(sets, request().clearFeatures().addFeatures(name + "@v2:last_amount"), Status.Code.NOT_FOUND);
        assertRefused(
                sets,
                request()
                        .addPlannedFiles(DefinitionFile.newBuilder()
                                .setPath("planned.yaml")
                                .setContent("kind: FeatureView\nname: x\n")),
                Status.Code.INVALID_ARGUMENT);
    }

    @Test
    void lateEventsAreKeptBesideTheirVerdictAndLeftOut() {
        TestBroker.createTopic(topic, 1);
        apply(Views.activity(name, "v1", topic).replace("retention: 2d", "retention: 2d\nallowed-lateness: 30m"));
        TestBroker.produce(
                topic,
                0,
                event(1, "2026-03-01T11:45:00Z", 5.5, "click"),
                event(1, "2026-03-01T11:14:59Z", 7.5, "click"),
                event(1, "2026-03-01T11:15:00Z", 6.5, "click"));
        awaitRows(3);

        String job = start("\"features\":[\"" + name + ":last_amount\",\"" + name + ":events_1h\"]", "");

        assertThat(made(job)).contains("5.5,2");
        assertThat(values(read("2026-03-01T12:00:00Z", 1, name + ":last_amount", name + ":events_1h")))
                .containsExactly(real(5.5), number(2));
        FeatureView view = Views.view(Views.activity(name, "v1", topic));
        try (OfflineSnapshot snapshot = offline.snapshot(view.id())) {
            var late = new HashMap<Long, Boolean>();
            offline.read(
                    view,
                    snapshot,
                    snapshot.paths(),
                    row -> late.put(row.event().position().offset(), row.late()));
            assertThat(late).containsExactlyInAnyOrderEntriesOf(Map.of(0L, false, 1L, true, 2L, false));
        }
    }

    /** A training set of user 1 at noon, as CSV. */
    private String start(String what, String columns) {
        return given().contentType(ContentType.JSON)
                .body("{" + what + ",\"format\":\"csv\",\"rows\":"
                        + "[{\"user_id\":1,\"event_timestamp\":\"2026-03-01T12:00:00Z\"" + columns + "}]}")
                .post("/v1/training-sets")
                .then()
                .statusCode(200)
                .extract()
                .path("id");
    }

    private static String made(String job) {
        await().atMost(PATIENCE)
                .until(() -> given().get("/v1/jobs/" + job).path("state").equals("done"));
        return given().get("/v1/training-sets/" + job + "/file").asString();
    }

    @Test
    void aRequestThatIsWrongIsRefusedBeforeAnyJobBegins() {
        apply(Views.activity(name, "v1", topic));
        TrainingSetServiceBlockingStub sets =
                TrainingSetServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);

        assertRefused(sets, request().addFeatures(name + ":nothing"), Status.Code.NOT_FOUND);
        assertRefused(sets, request().setFeatureService("model"), Status.Code.INVALID_ARGUMENT);
        assertRefused(sets, request().clearFeatures().setFeatureService("nothing"), Status.Code.NOT_FOUND);
        assertRefused(
                sets, request().setQuery(QueryRows.newBuilder().setSql("select 1")), Status.Code.INVALID_ARGUMENT);
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
