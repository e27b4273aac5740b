package io.millrace.inference.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.inference.app.learn.LearnResult;
import io.millrace.inference.app.learn.LearnerStatus;
import io.millrace.inference.app.learn.Learners;
import io.millrace.models.kernel.learn.LabelGuard.Freeze;
import io.millrace.proto.inference.v1.GetOnlineModelRequest;
import io.millrace.proto.inference.v1.GetOnlineModelResponse;
import io.millrace.proto.inference.v1.LearnerFreeze;
import io.millrace.proto.inference.v1.LearnerProgress;
import io.millrace.proto.inference.v1.ListOnlineModelsRequest;
import io.millrace.proto.inference.v1.ListOnlineModelsResponse;
import io.millrace.proto.inference.v1.MutinyLearningServiceGrpc;
import io.millrace.proto.inference.v1.OnlineModelSummary;
import io.millrace.proto.inference.v1.RemoveOnlineModelRequest;
import io.millrace.proto.inference.v1.RemoveOnlineModelResponse;
import io.millrace.proto.inference.v1.ResumeOnlineModelRequest;
import io.millrace.proto.inference.v1.ResumeOnlineModelResponse;
import io.millrace.proto.inference.v1.SnapshotOnlineModelRequest;
import io.millrace.proto.inference.v1.SnapshotOnlineModelResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Uni;
import java.util.function.DoubleConsumer;

/** {@code millrace.inference.v1.LearningService}. */
@GrpcService
public class LearningGrpc extends MutinyLearningServiceGrpc.LearningServiceImplBase {
    private final GrpcWork work;
    private final Learners learners;

    public LearningGrpc(GrpcWork work, Learners learners) {
        this.work = work;
        this.learners = learners;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<ListOnlineModelsResponse> listOnlineModels(ListOnlineModelsRequest request) {
        return work.run(() -> {
            var response = ListOnlineModelsResponse.newBuilder();
            learners.list().forEach(each -> response.addModels(summary(each)));
            return response.build();
        });
    }

    @Override
    public Uni<GetOnlineModelResponse> getOnlineModel(GetOnlineModelRequest request) {
        return work.run(() -> GetOnlineModelResponse.newBuilder()
                .setModel(summary(learners.get(request.getName())))
                .build());
    }

    @Override
    public Uni<SnapshotOnlineModelResponse> snapshotOnlineModel(SnapshotOnlineModelRequest request) {
        return work.run(() -> SnapshotOnlineModelResponse.newBuilder()
                .setModel(summary(learners.snapshot(request.getName())))
                .build());
    }

    @Override
    public Uni<ResumeOnlineModelResponse> resumeOnlineModel(ResumeOnlineModelRequest request) {
        return work.run(() -> ResumeOnlineModelResponse.newBuilder()
                .setModel(summary(learners.resume(request.getName(), request.getNewReference())))
                .build());
    }

    @Override
    public Uni<RemoveOnlineModelResponse> removeOnlineModel(RemoveOnlineModelRequest request) {
        return work.run(() -> {
            learners.remove(request.getName());
            return RemoveOnlineModelResponse.getDefaultInstance();
        });
    }

    private static OnlineModelSummary summary(Learners.Summary summary) {
        var message = OnlineModelSummary.newBuilder()
                .setName(summary.model().name())
                .setLabels(summary.model().labels())
                .setAlgorithm(summary.model().algorithm().word())
                .setDefinition(summary.model().yaml());
        summary.status()
                .ifPresent(status -> message.setProgress(
                        progress(status, summary.model().algorithm().isOfClasses())));
        return message.build();
    }

    private static LearnerProgress progress(LearnerStatus status, boolean classes) {
        var message = LearnerProgress.newBuilder()
                .setLabels(status.labels())
                .setSinceVersion(status.sinceVersion())
                .setMeasured(status.measured())
                .setDrifts(status.drifts())
                .setFreezes(status.freezes())
                .addAllVersions(status.versions())
                .setFailure(status.failure());
        for (LearnResult result : LearnResult.values()) {
            if (status.of(result) > 0) {
                message.putResults(result.word(), status.of(result));
            }
        }
        status.freeze().ifPresent(freeze -> message.setFreeze(freeze(freeze)));
        if (classes) {
            finite(status.logLoss(), message::setLogLoss);
            finite(status.accuracy(), message::setAccuracy);
        }
        finite(status.meanSquaredError(), message::setMeanSquaredError);
        finite(status.meanAbsoluteError(), message::setMeanAbsoluteError);
        finite(status.recentLoss(), message::setRecentLoss);
        return message.build();
    }

    private static void finite(double value, DoubleConsumer set) {
        if (Double.isFinite(value)) {
            set.accept(value);
        }
    }

    private static LearnerFreeze freeze(Freeze freeze) {
        return LearnerFreeze.newBuilder()
                .setReason(freeze.reason().name())
                .setExample(freeze.example())
                .setMeasured(freeze.measured())
                .setReference(freeze.reference())
                .setBound(freeze.bound())
                .build();
    }
}
