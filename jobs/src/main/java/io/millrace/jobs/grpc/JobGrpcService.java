package io.millrace.jobs.grpc;

import io.grpc.ServerServiceDefinition;
import io.millrace.gate.grpc.GrpcWork;
import io.millrace.gate.grpc.ReadableMessages;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.CancelJobResponse;
import io.millrace.proto.features.v1.GetJobRequest;
import io.millrace.proto.features.v1.GetJobResponse;
import io.millrace.proto.features.v1.ListJobsRequest;
import io.millrace.proto.features.v1.ListJobsResponse;
import io.millrace.proto.features.v1.MutinyJobServiceGrpc;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.millrace.proto.features.v1.WatchJobResponse;
import io.quarkus.grpc.GrpcService;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;

/** {@code millrace.features.v1.JobService}. */
@GrpcService
public class JobGrpcService extends MutinyJobServiceGrpc.JobServiceImplBase {
    private final GrpcWork work;
    private final Jobs jobs;

    public JobGrpcService(GrpcWork work, Jobs jobs) {
        this.work = work;
        this.jobs = jobs;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ReadableMessages.of(super.bindService());
    }

    @Override
    public Uni<GetJobResponse> getJob(GetJobRequest request) {
        return work.run(() -> GetJobResponse.newBuilder()
                .setJob(ProtoJobs.of(jobs.get(request.getId())))
                .build());
    }

    @Override
    public Uni<ListJobsResponse> listJobs(ListJobsRequest request) {
        return work.run(() -> {
            Jobs.Page page = jobs.list(request.getKind(), request.getPageSize(), request.getPageToken());
            return ListJobsResponse.newBuilder()
                    .addAllJobs(page.jobs().stream().map(ProtoJobs::of).toList())
                    .setNextPageToken(page.next().orElse(""))
                    .build();
        });
    }

    @Override
    public Uni<CancelJobResponse> cancelJob(CancelJobRequest request) {
        return work.run(() -> CancelJobResponse.newBuilder()
                .setJob(ProtoJobs.of(jobs.cancel(request.getId())))
                .build());
    }

    @Override
    public Multi<WatchJobResponse> watchJob(WatchJobRequest request) {
        jobs.get(request.getId());
        Multi<Job> changes = Multi.createFrom()
                .emitter(
                        emitter -> emitter.onTermination(jobs.watch(request.getId(), job -> {
                            emitter.emit(job);
                            if (job.state().isFinal()) {
                                emitter.complete();
                            }
                        })),
                        BackPressureStrategy.LATEST);
        return changes.map(
                job -> WatchJobResponse.newBuilder().setJob(ProtoJobs.of(job)).build());
    }
}
