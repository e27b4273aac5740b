package io.millrace.inference.grpc.oip;

import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.Caller;
import io.millrace.inference.app.infer.InferRequest;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.app.infer.RepositoryControl;
import io.millrace.inference.app.infer.ServerInfo;
import io.millrace.inference.app.infer.ServerSettings;
import io.millrace.inference.grpc.GrpcCaller;
import io.millrace.inference.grpc.GrpcDoor;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.proto.oip.LogSettingsRequest;
import io.millrace.proto.oip.LogSettingsResponse;
import io.millrace.proto.oip.ModelConfigRequest;
import io.millrace.proto.oip.ModelConfigResponse;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferResponse;
import io.millrace.proto.oip.ModelMetadataRequest;
import io.millrace.proto.oip.ModelMetadataResponse;
import io.millrace.proto.oip.ModelReadyRequest;
import io.millrace.proto.oip.ModelReadyResponse;
import io.millrace.proto.oip.ModelStatisticsRequest;
import io.millrace.proto.oip.ModelStatisticsResponse;
import io.millrace.proto.oip.ModelStreamInferResponse;
import io.millrace.proto.oip.MutinyGRPCInferenceServiceGrpc;
import io.millrace.proto.oip.RepositoryIndexRequest;
import io.millrace.proto.oip.RepositoryIndexResponse;
import io.millrace.proto.oip.RepositoryModelLoadRequest;
import io.millrace.proto.oip.RepositoryModelLoadResponse;
import io.millrace.proto.oip.RepositoryModelUnloadRequest;
import io.millrace.proto.oip.RepositoryModelUnloadResponse;
import io.millrace.proto.oip.ServerLiveRequest;
import io.millrace.proto.oip.ServerLiveResponse;
import io.millrace.proto.oip.ServerMetadataRequest;
import io.millrace.proto.oip.ServerMetadataResponse;
import io.millrace.proto.oip.ServerReadyRequest;
import io.millrace.proto.oip.ServerReadyResponse;
import io.millrace.proto.oip.TraceSettingRequest;
import io.millrace.proto.oip.TraceSettingResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The Open Inference Protocol v2 with Triton's extensions over gRPC. */
@GrpcService
public class OipGrpc extends MutinyGRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final GrpcWork work;
    private final GrpcDoor door;
    private final Inference inference;
    private final RepositoryControl repository;
    private final ServerInfo server;
    private final ServerSettings settings;
    private final OipGlance glance;

    public OipGrpc(
            GrpcWork work,
            GrpcDoor door,
            Inference inference,
            RepositoryControl repository,
            ServerInfo server,
            ServerSettings settings,
            InferenceMetrics metrics) {
        this.work = work;
        this.door = door;
        this.inference = inference;
        this.repository = repository;
        this.server = server;
        this.settings = settings;
        this.glance = new OipGlance(inference, metrics);
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService(), glance);
    }

    @Override
    public Uni<ServerLiveResponse> serverLive(ServerLiveRequest request) {
        return Uni.createFrom()
                .item(ServerLiveResponse.newBuilder().setLive(true).build());
    }

    @Override
    public Uni<ServerReadyResponse> serverReady(ServerReadyRequest request) {
        return Uni.createFrom()
                .item(ServerReadyResponse.newBuilder()
                        .setReady(server.isReady())
                        .build());
    }

    @Override
    public Uni<ModelReadyResponse> modelReady(ModelReadyRequest request) {
        return work.run(() -> ModelReadyResponse.newBuilder()
                .setReady(inference.isReady(request.getName(), OipMessages.given(request.getVersion())))
                .build());
    }

    @Override
    public Uni<ServerMetadataResponse> serverMetadata(ServerMetadataRequest request) {
        return Uni.createFrom()
                .item(ServerMetadataResponse.newBuilder()
                        .setName(ServerInfo.NAME)
                        .setVersion(server.version())
                        .addAllExtensions(ServerInfo.EXTENSIONS)
                        .build());
    }

    @Override
    public Uni<ModelMetadataResponse> modelMetadata(ModelMetadataRequest request) {
        return work.run(() ->
                OipMessages.metadata(inference.metadata(request.getName(), OipMessages.given(request.getVersion()))));
    }

    @Override
    public Uni<ModelConfigResponse> modelConfig(ModelConfigRequest request) {
        return work.run(() -> ModelConfigResponse.newBuilder()
                .setConfig(OipConfig.of(
                        inference.metadata(request.getName(), OipMessages.given(request.getVersion())),
                        inference.maxRows()))
                .build());
    }

    @Override
    public Uni<ModelInferResponse> modelInfer(ModelInferRequest request) {
        // A small call of a brief model is not worth another thread.
        return OipTensors.isLight(request)
                ? door.run(
                        caller -> inference.inferNow(ours(request, caller)).map(OipMessages::response),
                        caller -> infer(request, caller))
                : door.run(caller -> infer(request, caller));
    }

    @Override
    public Multi<ModelStreamInferResponse> modelStreamInfer(Multi<ModelInferRequest> requests) {
        return requests.onItem().transformToUniAndConcatenate(request -> work.run(() -> streamed(request)));
    }

    private ModelStreamInferResponse streamed(ModelInferRequest request) {
        var response = ModelStreamInferResponse.newBuilder();
        try {
            return response.setInferResponse(infer(request, GrpcCaller.current()))
                    .build();
        } catch (Refusal refusal) {
            // Clients find the request that failed by its id.
            return response.setErrorMessage(refusal.getMessage())
                    .setInferResponse(ModelInferResponse.newBuilder().setId(request.getId()))
                    .build();
        }
    }

    private ModelInferResponse infer(ModelInferRequest request, Caller caller) {
        return OipMessages.response(inference.infer(ours(request, caller)));
    }

    private static InferRequest ours(ModelInferRequest request, Caller caller) {
        Optional<Duration> deadline = Optional.ofNullable(Context.current().getDeadline())
                .map(given -> Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
        return OipMessages.request(request, deadline, caller);
    }

    @Override
    public Uni<ModelStatisticsResponse> modelStatistics(ModelStatisticsRequest request) {
        return work.run(() ->
                OipStatistics.of(repository.statistics(request.getName(), OipMessages.given(request.getVersion()))));
    }

    @Override
    public Uni<RepositoryIndexResponse> repositoryIndex(RepositoryIndexRequest request) {
        return work.run(() -> {
            var response = RepositoryIndexResponse.newBuilder();
            for (RepositoryControl.Entry entry : repository.index(request.getReady())) {
                response.addModelsBuilder()
                        .setName(entry.name())
                        .setVersion(entry.version())
                        .setState(entry.state().name())
                        .setReason(entry.reason());
            }
            return response.build();
        });
    }

    @Override
    public Uni<RepositoryModelLoadResponse> repositoryModelLoad(RepositoryModelLoadRequest request) {
        return work.run(() -> {
            repository.load(request.getModelName(), request.getParametersMap().keySet());
            return RepositoryModelLoadResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<RepositoryModelUnloadResponse> repositoryModelUnload(RepositoryModelUnloadRequest request) {
        return work.run(() -> {
            repository.unload(request.getModelName(), request.getParametersMap().keySet());
            return RepositoryModelUnloadResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<TraceSettingResponse> traceSetting(TraceSettingRequest request) {
        return work.run(() -> {
            settings.takeTraces(request.getSettingsMap().keySet());
            return OipSettings.traces(settings.traces(OipMessages.given(request.getModelName())));
        });
    }

    @Override
    public Uni<LogSettingsResponse> logSettings(LogSettingsRequest request) {
        return work.run(() -> {
            settings.takeLogs(request.getSettingsMap().keySet());
            return OipSettings.logs(settings.logs());
        });
    }
}
