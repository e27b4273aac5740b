package io.millrace.local.apply;

import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.inference.v1.GetReplayPlanRequest;
import io.millrace.proto.inference.v1.GetReplayPlanResponse;
import io.millrace.proto.inference.v1.PlannedContract;
import io.millrace.proto.inference.v1.ReplayPlanServiceGrpc;
import io.millrace.proto.inference.v1.ReplayPlanServiceGrpc.ReplayPlanServiceBlockingStub;
import io.millrace.proto.inference.v1.ReplayedModel;
import io.millrace.proto.inference.v1.StartReplayPlanRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Has the services replay on recorded events what a folder's definitions would change. */
public final class PlanReplay {
    private static final long DEADLINE_SECONDS = 60;

    private final Channels channels;
    private final Applier.Mode mode;

    /**
     * What it is replayed on.
     *
     * @param span up to now
     * @param rows of each pipeline at most; 0: as many as the service takes by itself
     * @param models versions that answer in place of whatever else of a model is named
     */
    public record Scope(Duration span, int rows, long seed, Map<String, String> models) {}

    public PlanReplay(Channels channels, Applier.Mode mode) {
        this.channels = channels;
        this.mode = mode;
    }

    /**
     * Starts the job of inference-service.
     *
     * @throws io.grpc.StatusRuntimeException where it is refused
     */
    public Job start(DefinitionFolder folder, Scope scope) {
        FeatureDefinitions.Planned features = new FeatureDefinitions(channels, mode).plan(folder);
        var request = StartReplayPlanRequest.newBuilder()
                .addAllPlannedServices(features.services())
                .addAllChangedViews(features.changedViews())
                .setSpanMillis(scope.span().toMillis())
                .setRows(scope.rows())
                .setSeed(scope.seed());
        folder.routes().forEach(file -> request.addFiles(Applier.file(file)));
        folder.pipelines().forEach(file -> request.addFiles(Applier.file(file)));
        folder.schemasOfPipelines().forEach(file -> request.addFiles(Applier.file(file)));
        folder.featureViews().forEach(file -> request.addFeatureFiles(Applier.file(file)));
        new ContractDefinitions(channels)
                .changed(folder)
                .forEach(contract -> request.addContracts(PlannedContract.newBuilder()
                        .setDomain(contract.domain())
                        .setName(contract.name())
                        .setDocument(contract.file().content())));
        scope.models()
                .forEach((name, version) -> request.addModels(
                        ReplayedModel.newBuilder().setName(name).setVersion(version)));
        return plans().startReplayPlan(request.build()).getJob();
    }

    /**
     * What a job that is done found.
     *
     * @throws io.grpc.StatusRuntimeException where it is not done
     */
    public GetReplayPlanResponse report(String job) {
        return plans().getReplayPlan(
                        GetReplayPlanRequest.newBuilder().setJobId(job).build());
    }

    private ReplayPlanServiceBlockingStub plans() {
        return ReplayPlanServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }
}
