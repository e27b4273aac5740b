package io.millrace.features.grpc.feast;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.proto.feast.serving.GetFeastServingInfoRequest;
import io.millrace.proto.feast.serving.GetFeastServingInfoResponse;
import io.millrace.proto.feast.serving.GetOnlineFeaturesRequest;
import io.millrace.proto.feast.serving.GetOnlineFeaturesResponse;
import io.millrace.proto.feast.serving.MutinyServingServiceGrpc;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** {@code feast.serving.ServingService}, as Feast's Java, Go and Python servers have it. */
@GrpcService
public class FeastServingService extends MutinyServingServiceGrpc.ServingServiceImplBase {
    private final FeastOnline online;
    private final String version;

    public FeastServingService(
            FeastOnline online, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.online = online;
        this.version = version;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<GetFeastServingInfoResponse> getFeastServingInfo(GetFeastServingInfoRequest request) {
        return Uni.createFrom()
                .item(GetFeastServingInfoResponse.newBuilder()
                        .setVersion(version)
                        .build());
    }

    @Override
    public Uni<GetOnlineFeaturesResponse> getOnlineFeatures(GetOnlineFeaturesRequest request) {
        return online.read(request);
    }
}
