package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.watch.Watches;
import io.millrace.proto.inference.v1.GetDriftRequest;
import io.millrace.proto.inference.v1.GetDriftResponse;
import io.millrace.proto.inference.v1.ListDriftRequest;
import io.millrace.proto.inference.v1.ListDriftResponse;
import io.millrace.proto.inference.v1.MutinyWatchServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.inference.v1.WatchService}. */
@GrpcService
public class WatchGrpc extends MutinyWatchServiceGrpc.WatchServiceImplBase {
    private final GrpcWork work;
    private final Watches watches;

    public WatchGrpc(GrpcWork work, Watches watches) {
        this.work = work;
        this.watches = watches;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ListDriftResponse> listDrift(ListDriftRequest request) {
        return work.run(() -> ListDriftResponse.newBuilder()
                .addAllReports(watches.all().stream().map(DriftMessages::report).toList())
                .build());
    }

    @Override
    public Uni<GetDriftResponse> getDrift(GetDriftRequest request) {
        return work.run(() -> GetDriftResponse.newBuilder()
                .setReport(DriftMessages.report(watches.find(request.getPipeline())))
                .build());
    }
}
