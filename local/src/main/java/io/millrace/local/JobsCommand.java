package io.millrace.local;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.ListJobsRequest;
import io.millrace.proto.features.v1.ListJobsResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows the jobs of feature-service and inference-service, and ends one of them. */
@Command(
        name = "jobs",
        description =
                "List materialisations, training sets, rebuilds and files that are scored with how far they are, the newest first.",
        mixinStandardHelpOptions = true)
final class JobsCommand implements Callable<Integer> {
    @Option(names = "--cancel", paramLabel = "ID", description = "ask this job to end instead")
    private String cancelled = "";

    @Override
    public Integer call() {
        try (var channels = new Channels(Main.running().ports())) {
            var jobs = JobServiceGrpc.newBlockingStub(channels.to(Service.FEATURES));
            if (!cancelled.isEmpty()) {
                print(cancelled(channels));
                return 0;
            }
            ListJobsResponse page = jobs.listJobs(ListJobsRequest.getDefaultInstance());
            ListJobsResponse scorings = JobServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .listJobs(ListJobsRequest.getDefaultInstance());
            page.getJobsList().forEach(JobsCommand::print);
            scorings.getJobsList().forEach(JobsCommand::print);
            if (page.getJobsCount() + scorings.getJobsCount() == 0) {
                System.out.println("no jobs");
            }
            return 0;
        } catch (StatusRuntimeException e) {
            throw CommandFailure.failed(String.valueOf(e.getStatus().getDescription()));
        }
    }

    /** A job is at one of the two services. */
    private Job cancelled(Channels channels) {
        var request = CancelJobRequest.newBuilder().setId(cancelled).build();
        try {
            return JobServiceGrpc.newBlockingStub(channels.to(Service.FEATURES))
                    .cancelJob(request)
                    .getJob();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
            return JobServiceGrpc.newBlockingStub(channels.to(Service.INFERENCE))
                    .cancelJob(request)
                    .getJob();
        }
    }

    private static void print(Job job) {
        System.out.printf(
                Locale.ROOT,
                "%s  %-15s %-11s %s  %s%s%s%n",
                job.getId(),
                job.getKind(),
                state(job),
                Instant.EPOCH.plus(job.getCreatedMicros(), ChronoUnit.MICROS).truncatedTo(ChronoUnit.SECONDS),
                OwnJob.line(job),
                job.getParametersMap().containsKey("view") ? "  " + job.getParametersOrThrow("view") : "",
                end(job));
    }

    private static String end(Job job) {
        if (!job.getMessage().isEmpty()) {
            return "  " + job.getMessage();
        }
        return job.getResultCount() == 0
                ? ""
                : job.getResultMap().entrySet().stream()
                        .filter(result -> !result.getKey().equals("file"))
                        .sorted(Map.Entry.comparingByKey())
                        .map(result -> result.getKey().replace('_', ' ') + " " + result.getValue())
                        .collect(Collectors.joining(", ", "  ", ""));
    }

    /** A job's state in lower case. */
    static String state(Job job) {
        return job.getState().name().replace("JOB_STATE_", "").toLowerCase(Locale.ROOT);
    }
}
