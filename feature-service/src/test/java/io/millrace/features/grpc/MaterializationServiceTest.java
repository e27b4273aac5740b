package io.millrace.features.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.millrace.features.RealBroker;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.MaterializationServiceGrpc;
import io.millrace.proto.features.v1.MaterializationServiceGrpc.MaterializationServiceBlockingStub;
import io.millrace.proto.features.v1.RetireFeatureViewRequest;
import io.millrace.proto.features.v1.StartMaterializationRequest;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Materialisation over gRPC, from a file through Kafka to reads. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class MaterializationServiceTest extends ServiceUnderTest {
    private static final String VIEW = """
            kind: FeatureView
            name: %1$s
            version: v1
            entity: {name: driver, join_keys: [{name: user_id, type: int64}]}
            source: {batch: {path: %1$s.csv}, timestamp: {field: at, unit: rfc3339}}
            retention: 30d
            fields: {earned: double}
            features:
              - {name: earned, type: double}
              - {name: times_7d, type: int64, aggregate: count, window: 7d}
              - {name: sum_7d, type: double, aggregate: sum, field: earned, window: 7d}
              - {name: newest, type: list<double>, aggregate: last_k, k: 3, field: earned, window: 7d}
            """;
    private static final int ROWS = 20_000;
    private static final int OTHERS = 40;

    @ConfigProperty(name = "millrace.features.materialization.directory")
    Path directory;

    private MaterializationServiceBlockingStub materializations;

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(directory);
        materializations = MaterializationServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
    }

    /** Else a call that materialises all views means this one, too. */
    @AfterEach
    void retire() {
        features.retireFeatureView(RetireFeatureViewRequest.newBuilder()
                .setName(name)
                .setVersion("v1")
                .build());
    }

    private void view(String rows) throws IOException {
        Files.writeString(directory.resolve(name + ".csv"), "user_id,at,earned\n" + rows);
        apply(VIEW.formatted(name));
    }

    private StartMaterializationRequest.Builder request() {
        return StartMaterializationRequest.newBuilder().setView(name);
    }

    /** What was told of the job until its end. */
    private List<Job> watched(StartMaterializationRequest request) {
        var told = new ArrayList<Job>();
        JobServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(120, TimeUnit.SECONDS)
                .watchJob(WatchJobRequest.newBuilder()
                        .setId(materializations
                                .startMaterialization(request)
                                .getJob()
                                .getId())
                        .build())
                .forEachRemaining(answer -> told.add(answer.getJob()));
        return told;
    }

    private String refusal(StartMaterializationRequest request) {
        var found = new ArrayList<String>();
        assertThatThrownBy(() -> materializations.startMaterialization(request))
                .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                    try {
                        found.add(e.getStatus().getCode() + " "
                                + Objects.requireNonNull(StatusProto.fromThrowable(e))
                                        .getDetails(0)
                                        .unpack(ErrorInfo.class)
                                        .getReason());
                    } catch (InvalidProtocolBufferException malformed) {
                        throw new AssertionError(malformed);
                    }
                });
        return found.getFirst();
    }

    @Test
    void aRangeAndWhatComesBehindItAreMaterialised() throws IOException {
        view("1,2026-03-01T09:00:00Z,1.5\n2,2026-03-01T10:00:00Z,2.5\n1,2026-03-01T11:00:00Z,3.5\n3,nonsense,0\n");

        Job job = watched(request()
                        .setFromMicros(micros("2026-03-01T09:00:00Z"))
                        .setToMicros(micros("2026-03-01T10:00:00Z"))
                        .build())
                .getLast();
        assertThat(job.getState()).isEqualTo(JobState.JOB_STATE_DONE);
        assertThat(job.getKind()).isEqualTo("materialization");
        assertThat(job.getResultMap()).containsEntry("written", "2").containsEntry("rejected", "1");
        assertThat(values(read("2026-03-01T12:00:00Z", 1, name + ":earned", name + ":times_7d")))
                .containsExactly(real(1.5), number(1));
        assertThat(values(read("2026-03-01T12:00:00Z", 2, name + ":earned"))).containsExactly(real(2.5));

        Job rest = watched(request()
                        .setIncremental(true)
                        .setToMicros(micros("2026-03-01T12:00:00Z"))
                        .build())
                .getLast();
        assertThat(rest.getState()).isEqualTo(JobState.JOB_STATE_DONE);
        assertThat(values(read("2026-03-01T12:00:00Z", 1, name + ":earned", name + ":times_7d")))
                .containsExactly(real(3.5), number(2));
    }

    @Test
    void whatCannotBeMaterialisedIsRefused() throws IOException {
        view("1,2026-03-01T09:00:00Z,1.5\n");
        assertThat(refusal(request().setView("nobody").build())).isEqualTo("NOT_FOUND VIEW_NOT_FOUND");
        assertThat(refusal(request().setFromMicros(2).setToMicros(1).build()))
                .isEqualTo("INVALID_ARGUMENT WRONG_RANGE");
        assertThat(refusal(request()
                        .setToMicros(Instant.parse("2126-01-01T00:00:00Z").getEpochSecond() * 1_000_000)
                        .build()))
                .isEqualTo("INVALID_ARGUMENT WRONG_RANGE");
        assertThat(refusal(request().setIncremental(true).setFromMicros(1).build()))
                .isEqualTo("INVALID_ARGUMENT MALFORMED_REQUEST");
    }

    @Test
    void anEntityWithMostOfTheRowsIsMaterialisedLikeTheOthersWithProgressToldOnTheWay() throws IOException {
        apply(VIEW.formatted(name));
        Instant first = Instant.parse("2026-03-01T00:00:00Z");
        double sum = 0;
        try (BufferedWriter out = Files.newBufferedWriter(directory.resolve(name + ".csv"))) {
            out.write("user_id,at,earned\n");
            for (int row = 0; row < ROWS; row++) {
                boolean hot = row % OTHERS != 0;
                out.write(
                        (hot ? 1 : 2 + row / OTHERS) + "," + first.plusSeconds(row) + "," + row % 1_000 * 0.25 + "\n");
                sum += hot ? row % 1_000 * 0.25 : 0;
            }
        }

        List<Job> told = watched(request().build());

        Job job = told.getLast();
        assertThat(job.getState()).isEqualTo(JobState.JOB_STATE_DONE);
        assertThat(job.getResultMap())
                .containsEntry("written", Integer.toString(ROWS))
                .containsEntry("rejected", "0");
        assertThat(told).extracting(Job::getDone).isSorted().endsWith((long) ROWS);
        String now = first.plusSeconds(ROWS).toString();
        var hot = values(read(now, 1, name + ":times_7d", name + ":sum_7d", name + ":newest"));
        assertThat(hot.get(0)).isEqualTo(number(ROWS - ROWS / OTHERS));
        assertThat(hot.get(1)).isEqualTo(real(sum));
        assertThat(hot.get(2).getListValue().getValuesList())
                .extracting(value -> value.getDoubleValue())
                .containsExactly(249.75, 249.5, 249.25);
        assertThat(values(read(now, 2 + ROWS / OTHERS / 2, name + ":times_7d"))).containsExactly(number(1));
    }
}
