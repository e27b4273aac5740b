package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.parity.ParityCheck;
import io.millrace.features.app.parity.ParityReport;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.FeatureParity;
import io.millrace.proto.features.v1.GetParityRequest;
import io.millrace.proto.features.v1.GetParityResponse;
import io.millrace.proto.features.v1.MutinyParityServiceGrpc;
import io.millrace.proto.features.v1.ParityDifference;
import io.millrace.proto.features.v1.ParityMismatch;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.features.v1.ParityService}. */
@GrpcService
public class ParityGrpcService extends MutinyParityServiceGrpc.ParityServiceImplBase {
    private final GrpcWork work;
    private final ParityCheck check;

    public ParityGrpcService(GrpcWork work, ParityCheck check) {
        this.work = work;
        this.check = check;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<GetParityResponse> getParity(GetParityRequest request) {
        return work.run(() -> {
            ParityReport report = check.report();
            return GetParityResponse.newBuilder()
                    .setWaiting(report.waiting())
                    .setDropped(report.dropped())
                    .addAllFeatures(report.features().stream()
                            .map(each -> FeatureParity.newBuilder()
                                    .setFeature(each.feature())
                                    .setCompared(each.compared())
                                    .setMismatched(each.mismatched())
                                    .build())
                            .toList())
                    .addAllWorst(report.worst().stream()
                            .map(ParityGrpcService::mismatch)
                            .toList())
                    .build();
        });
    }

    private static ParityMismatch mismatch(ParityReport.Mismatch mismatch) {
        return ParityMismatch.newBuilder()
                .setViewVersion(mismatch.view())
                .addAllKey(mismatch.key().stream().map(ProtoValues::of).toList())
                .setAsOfMicros(mismatch.asOfMicros())
                .putAllPositions(mismatch.positions())
                .addAllDifferences(mismatch.differences().stream()
                        .map(each -> ParityDifference.newBuilder()
                                .setFeature(each.feature())
                                .setOnline(ProtoValues.of(each.online()))
                                .setOffline(ProtoValues.of(each.offline()))
                                .build())
                        .toList())
                .setWhy(mismatch.why().name())
                .setExplanation(mismatch.explanation())
                .build();
    }
}
