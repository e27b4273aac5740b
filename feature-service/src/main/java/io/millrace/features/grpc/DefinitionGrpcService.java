package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.Definitions;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.features.v1.ActivateDefinitionRequest;
import io.millrace.proto.features.v1.ActivateDefinitionResponse;
import io.millrace.proto.features.v1.DeactivateDefinitionRequest;
import io.millrace.proto.features.v1.DeactivateDefinitionResponse;
import io.millrace.proto.features.v1.GetFeatureServiceRequest;
import io.millrace.proto.features.v1.GetFeatureServiceResponse;
import io.millrace.proto.features.v1.ListDefinitionsRequest;
import io.millrace.proto.features.v1.ListDefinitionsResponse;
import io.millrace.proto.features.v1.MutinyDefinitionServiceGrpc;
import io.millrace.proto.features.v1.RetireDefinitionRequest;
import io.millrace.proto.features.v1.RetireDefinitionResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** {@code millrace.features.v1.DefinitionService}. */
@GrpcService
public class DefinitionGrpcService extends MutinyDefinitionServiceGrpc.DefinitionServiceImplBase {
    private final GrpcWork work;
    private final Definitions definitions;

    public DefinitionGrpcService(GrpcWork work, Definitions definitions) {
        this.work = work;
        this.definitions = definitions;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ListDefinitionsResponse> listDefinitions(ListDefinitionsRequest request) {
        return work.run(() -> ProtoDefinitions.list(definitions.listAll()));
    }

    @Override
    public Uni<GetFeatureServiceResponse> getFeatureService(GetFeatureServiceRequest request) {
        return work.run(() -> GetFeatureServiceResponse.newBuilder()
                .setFeatureService(ProtoDefinitions.service(definitions.featureService(request.getName())))
                .build());
    }

    @Override
    public Uni<RetireDefinitionResponse> retireDefinition(RetireDefinitionRequest request) {
        return work.run(() -> {
            definitions.retire(key(request.getKind(), request.getName(), request.getVersion()), request.getForce());
            return RetireDefinitionResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<ActivateDefinitionResponse> activateDefinition(ActivateDefinitionRequest request) {
        return work.run(() -> {
            DefinitionKey key = key(request.getKind(), request.getName(), request.getVersion());
            definitions.setActive(key, true, request.getForce());
            return ActivateDefinitionResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<DeactivateDefinitionResponse> deactivateDefinition(DeactivateDefinitionRequest request) {
        return work.run(() -> {
            DefinitionKey key = key(request.getKind(), request.getName(), request.getVersion());
            definitions.setActive(key, false, request.getForce());
            return DeactivateDefinitionResponse.getDefaultInstance();
        });
    }

    private static DefinitionKey key(String kind, String name, String version) {
        return DefinitionKey.Kind.of(kind)
                .map(of -> new DefinitionKey(of, new ViewId(name, version)))
                .orElseThrow(() -> new Refusal(FeatureReason.MALFORMED_REQUEST, "there is no kind '" + kind + "'"));
    }
}
