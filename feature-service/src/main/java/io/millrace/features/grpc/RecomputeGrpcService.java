package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.RecomputedReads;
import io.millrace.features.app.RecomputedReads.Gap;
import io.millrace.features.app.RecomputedReads.Place;
import io.millrace.features.app.RecomputedReads.Recomputed;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.MutinyRecomputeServiceGrpc;
import io.millrace.proto.features.v1.RecomputeFeaturesRequest;
import io.millrace.proto.features.v1.RecomputeFeaturesResponse;
import io.millrace.proto.features.v1.RecomputeGap;
import io.millrace.proto.features.v1.RecomputeRow;
import io.millrace.proto.features.v1.SourcePosition;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;

/** {@code millrace.features.v1.RecomputeService}. Few calls at a time: each may hold many events. */
@GrpcService
public class RecomputeGrpcService extends MutinyRecomputeServiceGrpc.RecomputeServiceImplBase {
    private static final int AT_A_TIME = 2;

    private final GrpcWork work;
    private final RecomputedReads reads;
    private final Semaphore turns = new Semaphore(AT_A_TIME);

    public RecomputeGrpcService(GrpcWork work, RecomputedReads reads) {
        this.work = work;
        this.reads = reads;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<RecomputeFeaturesResponse> recomputeFeatures(RecomputeFeaturesRequest request) {
        return work.run(() -> {
            if (!turns.tryAcquire()) {
                throw new Refusal(
                        FeatureReason.TOO_MANY_READS, AT_A_TIME + " recomputations are under way: try again later");
            }
            try {
                return response(reads.compute(
                        request.getFeaturesList(),
                        request.getRowsList().stream()
                                .map(RecomputeGrpcService::row)
                                .toList()));
            } finally {
                turns.release();
            }
        });
    }

    private static RecomputedReads.Row row(RecomputeRow row) {
        var entity = new HashMap<String, FeatureValue>();
        row.getEntityMap().forEach((key, value) -> {
            FeatureValue given = ProtoValues.of(value);
            if (given != null) {
                entity.put(key, given);
            }
        });
        var positions = new HashMap<String, Map<Place, Long>>();
        for (SourcePosition position : row.getPositionsList()) {
            positions
                    .computeIfAbsent(position.getViewVersion(), _ -> new HashMap<>())
                    .put(new Place(position.getTopicId(), position.getPartition()), position.getOffset());
        }
        return new RecomputedReads.Row(entity, row.getAsOfMicros(), positions);
    }

    private static RecomputeFeaturesResponse response(Recomputed recomputed) {
        OnlineAnswer answer = recomputed.answer();
        var response = RecomputeFeaturesResponse.newBuilder();
        for (ReadPlan.Output output : answer.plan().outputs()) {
            FeatureTable table = answer.table(output);
            var column = FeatureColumn.newBuilder();
            for (int row = 0; row < answer.rows(); row++) {
                column.addValues(ProtoValues.of(answer.value(output, row)))
                        .addStatuses(ProtoAnswers.status(table.state(row)))
                        .addEventTimeMicros(ProtoAnswers.eventTime(table, row));
            }
            response.addResults(column);
        }
        for (ReadPlan.Part part : answer.plan().parts()) {
            response.putDefinitions(part.view().id().toString(), part.definition());
        }
        recomputed.gaps().forEach(gap -> response.addGaps(gap(gap)));
        return response.build();
    }

    private static RecomputeGap gap(Gap gap) {
        return RecomputeGap.newBuilder()
                .setRow(gap.row())
                .setViewVersion(gap.view().toString())
                .setWhy(
                        switch (gap.why()) {
                            case ENTITY_DELETED -> RecomputeGap.Why.WHY_ENTITY_DELETED;
                            case RETENTION -> RecomputeGap.Why.WHY_RETENTION;
                            case NO_POSITIONS -> RecomputeGap.Why.WHY_NO_POSITIONS;
                        })
                .setDetail(gap.detail())
                .build();
    }
}
