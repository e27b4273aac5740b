package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.app.training.TrainingRows;
import io.millrace.features.app.training.TrainingSet;
import io.millrace.features.app.training.TrainingSetSpec;
import io.millrace.features.app.training.TrainingSets;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.jobs.grpc.FileParts;
import io.millrace.jobs.grpc.ProtoJobs;
import io.millrace.proto.features.v1.ExpiredValue;
import io.millrace.proto.features.v1.KnownPosition;
import io.millrace.proto.features.v1.MutinyTrainingSetServiceGrpc;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.ReadTrainingSetResponse;
import io.millrace.proto.features.v1.RowFormat;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.StartTrainingSetResponse;
import io.millrace.proto.features.v1.TrainingSetFormat;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;

/** {@code millrace.features.v1.TrainingSetService}. */
@GrpcService
public class TrainingSetGrpcService extends MutinyTrainingSetServiceGrpc.TrainingSetServiceImplBase {
    private final GrpcWork work;
    private final TrainingSets sets;

    public TrainingSetGrpcService(GrpcWork work, TrainingSets sets) {
        this.work = work;
        this.sets = sets;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<StartTrainingSetResponse> startTrainingSet(StartTrainingSetRequest request) {
        return work.run(() -> StartTrainingSetResponse.newBuilder()
                .setJob(ProtoJobs.of(sets.start(spec(request))))
                .build());
    }

    @Override
    public Multi<ReadTrainingSetResponse> readTrainingSet(ReadTrainingSetRequest request) {
        return FileParts.of(work, () -> sets.file(request.getJobId()))
                .map(part ->
                        ReadTrainingSetResponse.newBuilder().setContent(part).build());
    }

    private static TrainingSetSpec spec(StartTrainingSetRequest request) {
        return new TrainingSetSpec(
                request.getFeaturesList(),
                Optional.of(request.getFeatureService()).filter(name -> !name.isEmpty()),
                request.getFullFeatureNames(),
                rows(request),
                request.getTimestampColumn(),
                request.getColumnsMap(),
                knownAt(request),
                request.getStatuses(),
                request.getEventTimes(),
                request.getExpired() == ExpiredValue.EXPIRED_VALUE_NULL
                        ? TrainingSet.Expired.NULL
                        : TrainingSet.Expired.VALUE,
                request.getFormat() == TrainingSetFormat.TRAINING_SET_FORMAT_CSV
                        ? TrainingSet.Format.CSV
                        : TrainingSet.Format.PARQUET,
                request.getPlannedFilesList().stream()
                        .map(file -> new DefinitionFile(file.getPath(), file.getContent()))
                        .toList());
    }

    private static TrainingSetSpec.Rows rows(StartTrainingSetRequest request) {
        Optional<TrainingRows.RowFormat> format = format(request.getRowFormat());
        return switch (request.getRowsCase()) {
            case INLINE ->
                new TrainingSetSpec.Rows.Inline(
                        request.getInline().toByteArray(),
                        format.orElseThrow(() -> new Refusal(
                                FeatureReason.MALFORMED_REQUEST, "rows that are sent along need their row_format")));
            case IMPORT_PATH -> new TrainingSetSpec.Rows.Import(request.getImportPath(), format);
            case QUERY ->
                new TrainingSetSpec.Rows.Query(
                        request.getQuery().getConnection(), request.getQuery().getSql());
            case ROWS_NOT_SET -> throw new Refusal(FeatureReason.EMPTY_REQUEST, "no entity rows are given");
        };
    }

    private static Optional<TrainingRows.RowFormat> format(RowFormat format) {
        return switch (format) {
            case ROW_FORMAT_CSV -> Optional.of(TrainingRows.RowFormat.CSV);
            case ROW_FORMAT_PARQUET -> Optional.of(TrainingRows.RowFormat.PARQUET);
            case ROW_FORMAT_JSON -> Optional.of(TrainingRows.RowFormat.JSON);
            case ROW_FORMAT_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }

    private static KnownAt knownAt(StartTrainingSetRequest request) {
        return switch (request.getKnownAtCase()) {
            case KNOWN_AT_MICROS -> new KnownAt.At(request.getKnownAtMicros());
            case KNOWN_AT_COLUMN -> new KnownAt.Column(request.getKnownAtColumn());
            case KNOWN_AT_POSITIONS -> {
                var next = new HashMap<SourcePartition, Long>();
                var reached = new ArrayList<KnownAt.Reached>();
                for (KnownPosition each : request.getKnownAtPositions().getPositionsList()) {
                    var partition = new SourcePartition("", each.getTopicId(), each.getPartition());
                    next.merge(partition, each.getOffset(), Math::min);
                    if (!each.getViewVersion().isEmpty()) {
                        reached.add(new KnownAt.Reached(
                                each.getViewVersion(), each.getTopicId(), each.getPartition(), each.getOffset()));
                    }
                }
                yield new KnownAt.Positions(next, reached);
            }
            case KNOWN_AT_POSITIONS_COLUMN -> new KnownAt.PositionsColumn(request.getKnownAtPositionsColumn());
            case KNOWNAT_NOT_SET -> new KnownAt.Today();
        };
    }
}
