package io.millrace.features.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.features.app.Definitions;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionKey;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
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
    public Uni<RetireDefinitionResponse> retireDefinition(RetireDefinitionRequest request) {
        return work.run(() -> {
            DefinitionKey.Kind kind = DefinitionKey.Kind.of(request.getKind())
                    .orElseThrow(() -> new Refusal(
                            FeatureReason.MALFORMED_REQUEST, "there is no kind '" + request.getKind() + "'"));
            definitions.retire(
                    new DefinitionKey(kind, new ViewId(request.getName(), request.getVersion())), request.getForce());
            return RetireDefinitionResponse.getDefaultInstance();
        });
    }
}
