package io.millrace.benchmarks.echo;

import io.millrace.proto.features.v1.GetOnlineFeaturesRequest;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.MutinyFeatureServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;

/** The floor of an online read over gRPC: the request is decoded, the answer is there already and is encoded. All else is unimplemented. */
@GrpcService
public class EchoFeatures extends MutinyFeatureServiceGrpc.FeatureServiceImplBase {
    private final Prebuilt prebuilt;

    public EchoFeatures(Prebuilt prebuilt) {
        this.prebuilt = prebuilt;
    }

    @Override
    public Uni<GetOnlineFeaturesResponse> getOnlineFeatures(GetOnlineFeaturesRequest request) {
        return Uni.createFrom().item(prebuilt.message());
    }
}
