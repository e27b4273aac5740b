package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.StoreCopies.Copy;
import io.millrace.features.app.StoreMaintenance;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.jobs.grpc.ProtoJobs;
import io.millrace.proto.features.v1.BackupStoreRequest;
import io.millrace.proto.features.v1.BackupStoreResponse;
import io.millrace.proto.features.v1.MutinyStoreServiceGrpc;
import io.millrace.proto.features.v1.RebuildFeatureViewRequest;
import io.millrace.proto.features.v1.RebuildFeatureViewResponse;
import io.millrace.proto.features.v1.RestoreStoreRequest;
import io.millrace.proto.features.v1.RestoreStoreResponse;
import io.millrace.proto.features.v1.StoreCopy;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.features.v1.StoreService}. */
@GrpcService
public class StoreGrpcService extends MutinyStoreServiceGrpc.StoreServiceImplBase {
    private final GrpcWork work;
    private final StoreMaintenance store;

    public StoreGrpcService(GrpcWork work, StoreMaintenance store) {
        this.work = work;
        this.store = store;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<BackupStoreResponse> backupStore(BackupStoreRequest request) {
        return work.run(() -> BackupStoreResponse.newBuilder()
                .setCopy(proto(store.backup(request.getDirectory())))
                .build());
    }

    @Override
    public Uni<RestoreStoreResponse> restoreStore(RestoreStoreRequest request) {
        return work.run(() -> RestoreStoreResponse.newBuilder()
                .setCopy(proto(store.restore(request.getDirectory())))
                .build());
    }

    @Override
    public Uni<RebuildFeatureViewResponse> rebuildFeatureView(RebuildFeatureViewRequest request) {
        return work.run(() -> RebuildFeatureViewResponse.newBuilder()
                .setJob(ProtoJobs.of(store.startRebuild(request.getView())))
                .build());
    }

    private static StoreCopy proto(Copy copy) {
        return StoreCopy.newBuilder()
                .setId(copy.id())
                .setBytes(copy.bytes())
                .setFiles(copy.files())
                .setTakenMicros(copy.takenSeconds() * 1_000_000)
                .build();
    }
}
