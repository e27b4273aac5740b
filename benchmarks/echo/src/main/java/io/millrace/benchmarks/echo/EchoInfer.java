package io.millrace.benchmarks.echo;

import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferResponse;
import io.millrace.proto.oip.MutinyGRPCInferenceServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** The floor of inference over gRPC: the request is decoded, the answer is there already and is encoded. All else is unimplemented. */
@GrpcService
public class EchoInfer extends MutinyGRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final PrebuiltInference prebuilt;

    public EchoInfer(PrebuiltInference prebuilt) {
        this.prebuilt = prebuilt;
    }

    @Override
    public Uni<ModelInferResponse> modelInfer(ModelInferRequest request) {
        return Uni.createFrom().item(prebuilt.message());
    }
}
