package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.deletion.Deletion;
import io.millrace.features.app.deletion.EntityDeletions;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcGate;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.DeleteEntityRequest;
import io.millrace.proto.features.v1.DeleteEntityResponse;
import io.millrace.proto.features.v1.GetDeletionRequest;
import io.millrace.proto.features.v1.GetDeletionResponse;
import io.millrace.proto.features.v1.MutinyDeletionServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@code millrace.features.v1.DeletionService}: decodes, calls one use case, encodes. */
@GrpcService
public class DeletionGrpcService extends MutinyDeletionServiceGrpc.DeletionServiceImplBase {
    private final EntityDeletions deletions;
    private final GrpcWork work;

    public DeletionGrpcService(EntityDeletions deletions, GrpcWork work) {
        this.deletions = deletions;
        this.work = work;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<DeleteEntityResponse> deleteEntity(DeleteEntityRequest request) {
        Caller caller = Optional.ofNullable(GrpcGate.CALLER.get()).orElse(Caller.ANONYMOUS);
        return work.run(() -> DeleteEntityResponse.newBuilder()
                .setDeletion(proto(deletions.delete(target(request), keys(request), caller)))
                .build());
    }

    @Override
    public Uni<GetDeletionResponse> getDeletion(GetDeletionRequest request) {
        return work.run(() -> GetDeletionResponse.newBuilder()
                .setDeletion(proto(deletions.find(request.getId())))
                .build());
    }

    private static Deletion.Target target(DeleteEntityRequest request) {
        return switch (request.getTargetCase()) {
            case VIEW -> new Deletion.Target(Deletion.Kind.VIEW, request.getView());
            case ENTITY -> new Deletion.Target(Deletion.Kind.ENTITY, request.getEntity());
            case TARGET_NOT_SET -> throw new Refusal(FeatureReason.MALFORMED_REQUEST, "give a view or an entity");
        };
    }

    private static Map<String, FeatureValue> keys(DeleteEntityRequest request) {
        Map<String, FeatureValue> keys = new HashMap<>();
        request.getKeyMap().forEach((name, value) -> {
            FeatureValue key = ProtoValues.of(value);
            if (key != null) {
                keys.put(name, key);
            }
        });
        return keys;
    }

    private static io.millrace.proto.features.v1.Deletion proto(Deletion deletion) {
        return io.millrace.proto.features.v1.Deletion.newBuilder()
                .setId(deletion.id())
                .setState(
                        switch (deletion.state()) {
                            case REQUESTED -> io.millrace.proto.features.v1.Deletion.State.STATE_REQUESTED;
                            case DONE -> io.millrace.proto.features.v1.Deletion.State.STATE_DONE;
                        })
                .build();
    }
}
