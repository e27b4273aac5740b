package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.BatchScorings;
import io.millrace.inference.app.batch.BatchSpec;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.jobs.grpc.FileParts;
import io.millrace.jobs.grpc.ProtoJobs;
import io.millrace.proto.inference.v1.BatchFileFormat;
import io.millrace.proto.inference.v1.MutinyBatchScoringServiceGrpc;
import io.millrace.proto.inference.v1.ReadBatchScoringRequest;
import io.millrace.proto.inference.v1.ReadBatchScoringResponse;
import io.millrace.proto.inference.v1.StartBatchScoringRequest;
import io.millrace.proto.inference.v1.StartBatchScoringResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.Optional;

/** {@code millrace.inference.v1.BatchScoringService}. */
@GrpcService
public class BatchScoringGrpc extends MutinyBatchScoringServiceGrpc.BatchScoringServiceImplBase {
    private final GrpcWork work;
    private final BatchScorings scorings;

    public BatchScoringGrpc(GrpcWork work, BatchScorings scorings) {
        this.work = work;
        this.scorings = scorings;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<StartBatchScoringResponse> startBatchScoring(StartBatchScoringRequest request) {
        return work.run(() -> StartBatchScoringResponse.newBuilder()
                .setJob(ProtoJobs.of(scorings.start(spec(request))))
                .build());
    }

    @Override
    public Multi<ReadBatchScoringResponse> readBatchScoring(ReadBatchScoringRequest request) {
        return FileParts.of(work, () -> scorings.file(request.getJobId()))
                .map(part ->
                        ReadBatchScoringResponse.newBuilder().setContent(part).build());
    }

    private static BatchSpec spec(StartBatchScoringRequest request) {
        return new BatchSpec(
                request.getPipeline(),
                rows(request),
                Optional.of(request.getAsOfColumn()).filter(column -> !column.isEmpty()),
                request.getColumnPrefix(),
                format(request.getFormat()).orElse(FileFormat.PARQUET));
    }

    private static BatchSpec.Rows rows(StartBatchScoringRequest request) {
        Optional<FileFormat> format = format(request.getRowFormat());
        return switch (request.getRowsCase()) {
            case INLINE ->
                new BatchSpec.Rows.Inline(
                        request.getInline().toByteArray(),
                        format.orElseThrow(() -> new Refusal(
                                InferenceReason.INVALID_REQUEST, "rows that are sent along need their row_format")));
            case IMPORT_PATH -> new BatchSpec.Rows.Import(request.getImportPath(), format);
            case ROWS_NOT_SET -> throw new Refusal(InferenceReason.INVALID_REQUEST, "no rows are given");
        };
    }

    private static Optional<FileFormat> format(BatchFileFormat format) {
        return switch (format) {
            case BATCH_FILE_FORMAT_CSV -> Optional.of(FileFormat.CSV);
            case BATCH_FILE_FORMAT_PARQUET -> Optional.of(FileFormat.PARQUET);
            case BATCH_FILE_FORMAT_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
