package io.millrace.inference.grpc;

import io.grpc.Context;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.Predictions;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.ApplyPipelinesResponse;
import io.millrace.proto.inference.v1.InferenceService;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ListModelsResponse;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.ListPipelinesResponse;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PausePipelineResponse;
import io.millrace.proto.inference.v1.PredictRequest;
import io.millrace.proto.inference.v1.PredictResponse;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.millrace.proto.inference.v1.RefreshModelsResponse;
import io.millrace.proto.inference.v1.RemovePipelineRequest;
import io.millrace.proto.inference.v1.RemovePipelineResponse;
import io.millrace.proto.inference.v1.ResumePipelineRequest;
import io.millrace.proto.inference.v1.ResumePipelineResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Scoring over gRPC: models, pipelines, predictions. */
@GrpcService
@RunOnVirtualThread
public class InferenceGrpc implements InferenceService {
    private final PipelineAdministration pipelines;
    private final Predictions predictions;
    private final ModelCatalog models;

    public InferenceGrpc(PipelineAdministration pipelines, Predictions predictions, ModelCatalog models) {
        this.pipelines = pipelines;
        this.predictions = predictions;
        this.models = models;
    }

    @Override
    public Uni<ApplyPipelinesResponse> applyPipelines(ApplyPipelinesRequest request) {
        var response = ApplyPipelinesResponse.newBuilder();
        pipelines.apply(PipelineMessages.files(request.getFilesList()), request.getDryRun()).stream()
                .map(PipelineMessages::outcome)
                .forEach(response::addOutcomes);
        return Uni.createFrom().item(response.build());
    }

    @Override
    public Uni<ListPipelinesResponse> listPipelines(ListPipelinesRequest request) {
        var response = ListPipelinesResponse.newBuilder();
        pipelines.list().stream().map(PipelineMessages::summary).forEach(response::addPipelines);
        return Uni.createFrom().item(response.build());
    }

    @Override
    public Uni<PausePipelineResponse> pausePipeline(PausePipelineRequest request) {
        pipelines.pause(request.getName());
        return Uni.createFrom().item(PausePipelineResponse.getDefaultInstance());
    }

    @Override
    public Uni<ResumePipelineResponse> resumePipeline(ResumePipelineRequest request) {
        pipelines.resume(request.getName());
        return Uni.createFrom().item(ResumePipelineResponse.getDefaultInstance());
    }

    @Override
    public Uni<RemovePipelineResponse> removePipeline(RemovePipelineRequest request) {
        pipelines.remove(request.getName());
        return Uni.createFrom().item(RemovePipelineResponse.getDefaultInstance());
    }

    @Override
    public Uni<PredictResponse> predict(PredictRequest request) {
        Optional<Duration> deadline = Optional.ofNullable(Context.current().getDeadline())
                .map(given -> Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
        Predictions.Answer answer = predictions.predict(
                request.getPipeline(),
                PredictionMessages.rows(request.getRowsList()),
                Duration.ofMillis(Integer.toUnsignedLong(request.getCompleteWithinMs())),
                deadline);
        return Uni.createFrom().item(PredictionMessages.response(answer));
    }

    @Override
    public Uni<ListModelsResponse> listModels(ListModelsRequest request) {
        return Uni.createFrom()
                .item(ListModelsResponse.newBuilder()
                        .addAllModels(PredictionMessages.models(models.list()))
                        .build());
    }

    @Override
    public Uni<RefreshModelsResponse> refreshModels(RefreshModelsRequest request) {
        models.refresh();
        return Uni.createFrom()
                .item(RefreshModelsResponse.newBuilder()
                        .addAllModels(PredictionMessages.models(models.list()))
                        .build());
    }
}
