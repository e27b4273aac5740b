package io.millrace.inference.sample;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.CancelJobResponse;
import io.millrace.proto.features.v1.Column;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.GetJobRequest;
import io.millrace.proto.features.v1.GetJobResponse;
import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc.JobServiceImplBase;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.ReadTrainingSetResponse;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.StartTrainingSetResponse;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc.TrainingSetServiceImplBase;
import io.millrace.proto.features.v1.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Training sets of what a function answers to online reads: one key of text, features that are doubles. */
final class TrainingSetServer {
    private final Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> answer;
    private final Map<String, byte[]> made = new ConcurrentHashMap<>();
    private final AtomicInteger cancelled = new AtomicInteger();
    private volatile boolean isHeld;

    TrainingSetServer(Function<GetOnlineFeaturesRequest, GetOnlineFeaturesResponse> answer) {
        this.answer = answer;
    }

    BindableService sets() {
        return new TrainingSetServiceImplBase() {
            @Override
            public void startTrainingSet(
                    StartTrainingSetRequest request, StreamObserver<StartTrainingSetResponse> response) {
                String id = UUID.randomUUID().toString();
                made.put(id, make(request));
                response.onNext(
                        StartTrainingSetResponse.newBuilder().setJob(job(id)).build());
                response.onCompleted();
            }

            @Override
            public void readTrainingSet(
                    ReadTrainingSetRequest request, StreamObserver<ReadTrainingSetResponse> response) {
                response.onNext(ReadTrainingSetResponse.newBuilder()
                        .setContent(ByteString.copyFrom(Objects.requireNonNull(made.get(request.getJobId()))))
                        .build());
                response.onCompleted();
            }
        };
    }

    BindableService jobs() {
        return new JobServiceImplBase() {
            @Override
            public void getJob(GetJobRequest request, StreamObserver<GetJobResponse> response) {
                response.onNext(
                        GetJobResponse.newBuilder().setJob(job(request.getId())).build());
                response.onCompleted();
            }

            @Override
            public void cancelJob(CancelJobRequest request, StreamObserver<CancelJobResponse> response) {
                cancelled.incrementAndGet();
                response.onNext(CancelJobResponse.newBuilder()
                        .setJob(job(request.getId()))
                        .build());
                response.onCompleted();
            }
        };
    }

    /** Whether jobs go on running, however long they are asked for. */
    void hold(boolean held) {
        isHeld = held;
    }

    int cancelled() {
        return cancelled.get();
    }

    private Job job(String id) {
        return Job.newBuilder()
                .setId(id)
                .setState(isHeld ? JobState.JOB_STATE_RUNNING : JobState.JOB_STATE_DONE)
                .build();
    }

    private byte[] make(StartTrainingSetRequest request) {
        try {
            Path rows = Files.createTempFile("rows", ".parquet");
            Path out = Files.createTempFile("out", ".parquet");
            Files.write(rows, request.getInline().toByteArray());
            try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                    var statement = connection.createStatement()) {
                var asked = GetOnlineFeaturesRequest.newBuilder();
                request.getFeaturesList().forEach(feature -> asked.addFeatures(feature.replaceAll("@v\\d+", "")));
                var keys = Column.newBuilder();
                try (ResultSet row = statement.executeQuery(
                        "SELECT key_0, as_of FROM read_parquet('" + rows + "') ORDER BY row_number")) {
                    while (row.next()) {
                        keys.addValues(Value.newBuilder().setStringValue(row.getString(1)));
                        asked.addAsOfMicros(row.getLong(2));
                    }
                }
                asked.putEntities(request.getColumnsMap().keySet().iterator().next(), keys.build());
                GetOnlineFeaturesResponse answered = answer.apply(asked.build());
                statement.execute(
                        "CREATE TABLE made AS SELECT * FROM read_parquet('" + rows + "') ORDER BY row_number");
                for (int i = 0; i < answered.getResultsCount(); i++) {
                    add(statement, "f" + i, answered.getResults(i));
                }
                statement.execute("COPY (SELECT * FROM made ORDER BY row_number) TO '" + out + "' (FORMAT parquet)");
            }
            return Files.readAllBytes(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(java.sql.Statement statement, String name, FeatureColumn column) throws SQLException {
        statement.execute("ALTER TABLE made ADD COLUMN " + name + " DOUBLE");
        statement.execute("ALTER TABLE made ADD COLUMN " + name + "__status VARCHAR");
        statement.execute("ALTER TABLE made ADD COLUMN " + name + "__event_time TIMESTAMP");
        for (int row = 0; row < column.getValuesCount(); row++) {
            boolean isThere = column.getEventTimeMicros(row) != 0;
            statement.execute("UPDATE made SET " + name + " = "
                    + (isThere ? "CAST('" + column.getValues(row).getDoubleValue() + "' AS DOUBLE)" : "NULL") + ", "
                    + name + "__status = '" + column.getStatuses(row).name().replace("FEATURE_STATUS_", "") + "', "
                    + name + "__event_time = "
                    + (isThere ? "make_timestamp(" + column.getEventTimeMicros(row) + ")" : "NULL")
                    + " WHERE row_number = (SELECT row_number FROM made ORDER BY row_number LIMIT 1 OFFSET " + row
                    + ")");
        }
    }
}
