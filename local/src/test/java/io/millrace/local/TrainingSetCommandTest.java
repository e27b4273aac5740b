package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.millrace.local.platform.Layout;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.ProcessFile;
import io.millrace.local.platform.RunState;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.QueryRows;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.ReadTrainingSetResponse;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.StartTrainingSetResponse;
import io.millrace.proto.features.v1.TrainingSetFormat;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.millrace.proto.features.v1.WatchJobResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./millrace training-set} against a service that writes down what it is asked for. */
class TrainingSetCommandTest {
    @TempDir
    Path directory;

    private final List<StartTrainingSetRequest> asked = new ArrayList<>();
    private final List<String> rowsSeen = new ArrayList<>();
    private JobState ending = JobState.JOB_STATE_DONE;
    private @Nullable Server server;
    private Path rows = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void run() throws IOException {
        Path home = directory.resolve("home");
        server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
                .addService(new Sets())
                .addService(new Jobs())
                .build()
                .start();
        int ofDefault = new PortPlan(PortPlan.DEFAULT_BASE).grpc(Service.FEATURES) - PortPlan.DEFAULT_BASE;
        Path run = Files.createDirectories(home.resolve("run"));
        Files.writeString(
                run.resolve("state"),
                "phase=READY\nmessage=\nport-base=" + (server.getPort() - ofDefault) + "\ndata=data\n");
        new RunState(new Layout(directory, home, "data"))
                .processes()
                .add(ProcessFile.entry("platform", ProcessHandle.current().pid())
                        .orElseThrow());
        System.setProperty("millrace.home", home.toString());
        rows = Files.writeString(directory.resolve("rows.csv"), "user_id,event_timestamp\n1,2026-03-01T12:00:00Z\n");
        out = directory.resolve("train.parquet");
    }

    @AfterEach
    void stop() {
        System.clearProperty("millrace.home");
        if (server != null) {
            server.shutdownNow();
        }
    }

    private final class Sets extends TrainingSetServiceGrpc.TrainingSetServiceImplBase {
        @Override
        public void startTrainingSet(StartTrainingSetRequest request, StreamObserver<StartTrainingSetResponse> answer) {
            asked.add(request);
            try {
                if (request.hasImportPath()) {
                    rowsSeen.add(Files.readString(
                            directory.resolve("home/data/imports").resolve(request.getImportPath())));
                }
            } catch (IOException e) {
                answer.onError(Status.NOT_FOUND
                        .withDescription("the import folder has no such file")
                        .asRuntimeException());
                return;
            }
            answer.onNext(StartTrainingSetResponse.newBuilder()
                    .setJob(Job.newBuilder().setId("job-1").setState(JobState.JOB_STATE_RUNNING))
                    .build());
            answer.onCompleted();
        }

        @Override
        public void readTrainingSet(ReadTrainingSetRequest request, StreamObserver<ReadTrainingSetResponse> answer) {
            for (String part : List.of("of ", request.getJobId())) {
                answer.onNext(ReadTrainingSetResponse.newBuilder()
                        .setContent(ByteString.copyFromUtf8(part))
                        .build());
            }
            answer.onCompleted();
        }
    }

    private final class Jobs extends JobServiceGrpc.JobServiceImplBase {
        @Override
        public void watchJob(WatchJobRequest request, StreamObserver<WatchJobResponse> answer) {
            for (JobState state : List.of(JobState.JOB_STATE_RUNNING, ending)) {
                answer.onNext(WatchJobResponse.newBuilder()
                        .setJob(Job.newBuilder()
                                .setId(request.getId())
                                .setState(state)
                                .setPhase("folds the events of activity@v1")
                                .setMessage(state == JobState.JOB_STATE_FAILED ? "a column is missing" : "")
                                .putResult("rows", "1"))
                        .build());
            }
            answer.onCompleted();
        }
    }

    private int command(String... arguments) {
        return Main.run(
                Stream.concat(Stream.of("training-set"), Stream.of(arguments)).toArray(String[]::new));
    }

    @Test
    void aFileIsHandedOverAndWhatWasMadeOfItIsFetched() throws Exception {
        assertThat(command(
                        "--rows",
                        rows.toString(),
                        "--features",
                        "a:x,b@v2:y",
                        "--out",
                        out.toString(),
                        "--key",
                        "user_id=who",
                        "--known-at",
                        "2026-03-01T00:00:00.5Z",
                        "--statuses"))
                .isZero();

        assertThat(Files.readString(out)).isEqualTo("of job-1");
        StartTrainingSetRequest request = asked.getFirst();
        assertThat(request.getFeaturesList()).containsExactly("a:x", "b@v2:y");
        assertThat(request.getColumnsMap()).isEqualTo(Map.of("user_id", "who"));
        assertThat(request.getKnownAtMicros()).isEqualTo(1_772_323_200_500_000L);
        assertThat(request.getStatuses()).isTrue();
        assertThat(request.getFormat()).isEqualTo(TrainingSetFormat.TRAINING_SET_FORMAT_PARQUET);
        assertThat(rowsSeen).containsExactly(Files.readString(rows));
        try (Stream<Path> left = Files.list(directory.resolve("home/data/imports"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aFeatureServiceAQueryAndRecordedPositionsAreAskedForByName() {
        assertThat(command(
                        "--query", "select * from labels",
                        "--connection", "warehouse",
                        "--service", "model@v2",
                        "--known-at-positions", "positions",
                        "--out", directory.resolve("train.csv").toString()))
                .isZero();

        StartTrainingSetRequest request = asked.getFirst();
        assertThat(request.getFeatureService()).isEqualTo("model@v2");
        assertThat(request.getQuery())
                .isEqualTo(QueryRows.newBuilder()
                        .setConnection("warehouse")
                        .setSql("select * from labels")
                        .build());
        assertThat(request.getKnownAtPositionsColumn()).isEqualTo("positions");
        assertThat(request.getFormat()).isEqualTo(TrainingSetFormat.TRAINING_SET_FORMAT_CSV);
    }

    @Test
    void aWrongCommandLineIsRefusedBeforeAnythingIsAsked() {
        String file = rows.toString();
        String to = out.toString();
        assertThat(command("--rows", file, "--out", to)).isEqualTo(2);
        assertThat(command("--rows", file, "--out", to, "--features", "a:x", "--service", "m"))
                .isEqualTo(2);
        assertThat(command("--out", to, "--features", "a:x")).isEqualTo(2);
        assertThat(command("--out", to, "--features", "a:x", "--query", "select 1"))
                .isEqualTo(2);
        assertThat(command("--rows", file, "--query", "s", "--connection", "c", "--out", to, "--features", "a:x"))
                .isEqualTo(2);
        assertThat(command("--rows", directory.resolve("none.csv").toString(), "--out", to, "--features", "a:x"))
                .isEqualTo(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void aJobThatFailsIsAFailureAndLeavesNoFile() {
        ending = JobState.JOB_STATE_FAILED;

        assertThat(command("--rows", rows.toString(), "--features", "a:x", "--out", out.toString()))
                .isEqualTo(1);
        assertThat(out).doesNotExist();
    }
}
