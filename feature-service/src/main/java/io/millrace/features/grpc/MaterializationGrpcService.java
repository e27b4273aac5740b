package io.millrace.features.grpc;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.batch.Materializations;
import io.millrace.features.app.batch.Span;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.jobs.grpc.ProtoJobs;
import io.millrace.proto.features.v1.MaterializationService;
import io.millrace.proto.features.v1.StartMaterializationRequest;
import io.millrace.proto.features.v1.StartMaterializationResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** {@code millrace.features.v1.MaterializationService}. */
@GrpcService
public class MaterializationGrpcService implements MaterializationService {
    private final GrpcWork work;
    private final Materializations materializations;

    public MaterializationGrpcService(GrpcWork work, Materializations materializations) {
        this.work = work;
        this.materializations = materializations;
    }

    @Override
    public Uni<StartMaterializationResponse> startMaterialization(StartMaterializationRequest request) {
        return work.run(() -> StartMaterializationResponse.newBuilder()
                .setJob(ProtoJobs.of(materializations
                        .start(List.of(request.getView()), span(request))
                        .getFirst()
                        .job()))
                .build());
    }

    private static Span span(StartMaterializationRequest request) {
        long to = request.hasToMicros() ? request.getToMicros() : Long.MAX_VALUE;
        if (!request.getIncremental()) {
            return new Span.Within(
                    new TimeRange(request.hasFromMicros() ? request.getFromMicros() : Long.MIN_VALUE, to));
        }
        if (request.hasFromMicros()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST, "an incremental materialisation has no 'from_micros' of its own");
        }
        return new Span.SinceLastEnd(to, Optional.empty());
    }
}
