package io.millrace.inference.grpc;

import io.grpc.Context;
import io.grpc.ServerServiceDefinition;
import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.proto.inference.v1.ApplyPipelinesRequest;
import io.millrace.proto.inference.v1.ApplyPipelinesResponse;
import io.millrace.proto.inference.v1.ListDeploymentsRequest;
import io.millrace.proto.inference.v1.ListDeploymentsResponse;
import io.millrace.proto.inference.v1.ListModelsRequest;
import io.millrace.proto.inference.v1.ListModelsResponse;
import io.millrace.proto.inference.v1.ListPipelinesRequest;
import io.millrace.proto.inference.v1.ListPipelinesResponse;
import io.millrace.proto.inference.v1.MutinyInferenceServiceGrpc;
import io.millrace.proto.inference.v1.PausePipelineRequest;
import io.millrace.proto.inference.v1.PausePipelineResponse;
import io.millrace.proto.inference.v1.PredictRequest;
import io.millrace.proto.inference.v1.PredictResponse;
import io.millrace.proto.inference.v1.RefreshModelsRequest;
import io.millrace.proto.inference.v1.RefreshModelsResponse;
import io.millrace.proto.inference.v1.RemoveDeploymentRequest;
import io.millrace.proto.inference.v1.RemoveDeploymentResponse;
import io.millrace.proto.inference.v1.RemovePipelineRequest;
import io.millrace.proto.inference.v1.RemovePipelineResponse;
import io.millrace.proto.inference.v1.ResumePipelineRequest;
import io.millrace.proto.inference.v1.ResumePipelineResponse;
import io.millrace.proto.inference.v1.RollbackDeploymentRequest;
import io.millrace.proto.inference.v1.RollbackDeploymentResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Scoring over gRPC: models, pipelines, predictions. */
@GrpcService
public class InferenceGrpc extends MutinyInferenceServiceGrpc.InferenceServiceImplBase {
    private final GrpcWork work;
    private final GrpcDoor door;
    private final PipelineAdministration pipelines;
    private final Predictions predictions;
    private final ModelCatalog models;
    private final Deployments deployments;

    public InferenceGrpc(
            GrpcWork work,
            GrpcDoor door,
            PipelineAdministration pipelines,
            Predictions predictions,
            ModelCatalog models,
            Deployments deployments) {
        this.work = work;
        this.door = door;
        this.pipelines = pipelines;
        this.predictions = predictions;
        this.models = models;
        this.deployments = deployments;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ApplyPipelinesResponse> applyPipelines(ApplyPipelinesRequest request) {
        return work.run(() -> {
            var response = ApplyPipelinesResponse.newBuilder();
            List<DefinitionFile> files = PipelineMessages.files(request.getFilesList());
            List<Outcome> outcomes = request.getDryRun()
                    ? pipelines.plan(files, PipelineMessages.services(request.getPlannedServicesList()))
                    : pipelines.apply(files);
            outcomes.stream().map(PipelineMessages::outcome).forEach(response::addOutcomes);
            return response.build();
        });
    }

    @Override
    public Uni<ListPipelinesResponse> listPipelines(ListPipelinesRequest request) {
        return work.run(() -> {
            var response = ListPipelinesResponse.newBuilder();
            pipelines.list().stream().map(PipelineMessages::summary).forEach(response::addPipelines);
            return response.build();
        });
    }

    @Override
    public Uni<PausePipelineResponse> pausePipeline(PausePipelineRequest request) {
        return work.run(() -> {
            pipelines.pause(request.getName());
            return PausePipelineResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<ResumePipelineResponse> resumePipeline(ResumePipelineRequest request) {
        return work.run(() -> {
            pipelines.resume(request.getName());
            return ResumePipelineResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<RemovePipelineResponse> removePipeline(RemovePipelineRequest request) {
        return work.run(() -> {
            pipelines.remove(request.getName());
            return RemovePipelineResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<PredictResponse> predict(PredictRequest request) {
        return door.run(caller -> {
            Optional<Duration> deadline = Optional.ofNullable(Context.current().getDeadline())
                    .map(given -> Duration.ofNanos(given.timeRemaining(TimeUnit.NANOSECONDS)));
            Predictions.Answer answer = predictions.predict(
                    request.getPipeline(),
                    PredictionMessages.rows(request.getRowsList()),
                    Duration.ofMillis(Integer.toUnsignedLong(request.getCompleteWithinMs())),
                    deadline,
                    caller,
                    request.getId(),
                    ExplainMessages.wanted(request));
            return PredictionMessages.response(answer).toBuilder()
                    .setId(request.getId())
                    .build();
        });
    }

    @Override
    public Uni<ListDeploymentsResponse> listDeployments(ListDeploymentsRequest request) {
        return work.run(() -> {
            var response = ListDeploymentsResponse.newBuilder();
            deployments.list().stream().map(DeploymentMessages::summary).forEach(response::addDeployments);
            return response.build();
        });
    }

    @Override
    public Uni<RollbackDeploymentResponse> rollbackDeployment(RollbackDeploymentRequest request) {
        return work.run(() -> RollbackDeploymentResponse.newBuilder()
                .setDeployment(DeploymentMessages.summary(
                        deployments.rollback(request.getName(), request.getToRevision(), request.getFromRevision())))
                .build());
    }

    @Override
    public Uni<RemoveDeploymentResponse> removeDeployment(RemoveDeploymentRequest request) {
        return work.run(() -> {
            deployments.remove(request.getName());
            return RemoveDeploymentResponse.getDefaultInstance();
        });
    }

    @Override
    public Uni<ListModelsResponse> listModels(ListModelsRequest request) {
        return work.run(() -> ListModelsResponse.newBuilder()
                .addAllModels(PredictionMessages.models(models.list()))
                .build());
    }

    @Override
    public Uni<RefreshModelsResponse> refreshModels(RefreshModelsRequest request) {
        return work.run(() -> {
            models.refresh();
            return RefreshModelsResponse.newBuilder()
                    .addAllModels(PredictionMessages.models(models.list()))
                    .build();
        });
    }
}
