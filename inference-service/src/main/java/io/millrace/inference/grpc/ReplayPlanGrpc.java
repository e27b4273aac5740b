package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.Refusal;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.PlannedViews;
import io.millrace.inference.app.plan.ReplayPlans;
import io.millrace.inference.app.plan.ReplaySpec;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.jobs.grpc.ProtoJobs;
import io.millrace.proto.inference.v1.GetReplayPlanRequest;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.MutinyReplayPlanServiceGrpc;
import io.millrace.proto.inference.v1.ReplayedModel;
import io.millrace.proto.inference.v1.StartReplayPlanRequest;
import io.millrace.proto.inference.v1.StartReplayPlanResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** {@code millrace.inference.v1.ReplayPlanService}. */
@GrpcService
public class ReplayPlanGrpc extends MutinyReplayPlanServiceGrpc.ReplayPlanServiceImplBase {
    private final GrpcWork work;
    private final ReplayPlans plans;

    public ReplayPlanGrpc(GrpcWork work, ReplayPlans plans) {
        this.work = work;
        this.plans = plans;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<StartReplayPlanResponse> startReplayPlan(StartReplayPlanRequest request) {
        return work.run(() -> StartReplayPlanResponse.newBuilder()
                .setJob(ProtoJobs.of(plans.start(spec(request))))
                .build());
    }

    @Override
    public Uni<GetReplayPlanResponse> getReplayPlan(GetReplayPlanRequest request) {
        return work.run(() -> ReplayPlanMessages.report(plans.report(request.getJobId())));
    }

    private static ReplaySpec spec(StartReplayPlanRequest request) {
        Map<String, String> models = new HashMap<>();
        for (ReplayedModel model : request.getModelsList()) {
            if (model.getName().isEmpty() || model.getVersion().isEmpty()) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, "a model is named with its version");
            }
            models.put(model.getName(), model.getVersion());
        }
        return new ReplaySpec(
                PipelineMessages.files(request.getFilesList()),
                PipelineMessages.services(request.getPlannedServicesList()),
                new PlannedViews(
                        PipelineMessages.files(request.getFeatureFilesList()),
                        Set.copyOf(request.getChangedViewsList())),
                request.getContractsList().stream()
                        .map(contract -> new ReplaySpec.PlannedContract(
                                new ContractReference(contract.getDomain(), contract.getName()),
                                contract.getDocument()))
                        .toList(),
                models,
                Duration.ofMillis(request.getSpanMillis()),
                request.getRows() == 0 ? ReplaySpec.ROWS : request.getRows(),
                request.getSeed());
    }
}
