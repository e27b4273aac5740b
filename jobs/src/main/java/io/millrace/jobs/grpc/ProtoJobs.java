package io.millrace.jobs.grpc;

import io.millrace.jobs.Job;
import io.millrace.proto.features.v1.JobState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Jobs as protobuf. */
public final class ProtoJobs {
    private ProtoJobs() {}

    public static io.millrace.proto.features.v1.Job of(Job job) {
        var proto = io.millrace.proto.features.v1.Job.newBuilder()
                .setId(job.id())
                .setKind(job.kind())
                .setState(state(job.state()))
                .setPhase(job.phase())
                .setDone(job.done())
                .setRowsPerSecond(job.rowsPerSecond())
                .setMessage(job.message())
                .putAllParameters(job.parameters())
                .putAllResult(job.result())
                .setCreatedMicros(micros(job.created()))
                .setStartedMicros(micros(job.started()))
                .setFinishedMicros(micros(job.finished()))
                .setRuns(job.runs());
        if (job.expected() != Job.UNKNOWN) {
            proto.setExpected(job.expected());
        }
        job.remaining().ifPresent(left -> proto.setRemainingMillis(left.toMillis()));
        return proto.build();
    }

    private static long micros(@Nullable Instant instant) {
        return instant == null ? 0 : ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static JobState state(Job.State state) {
        return switch (state) {
            case QUEUED -> JobState.JOB_STATE_QUEUED;
            case RUNNING -> JobState.JOB_STATE_RUNNING;
            case DONE -> JobState.JOB_STATE_DONE;
            case FAILED -> JobState.JOB_STATE_FAILED;
            case CANCELLED -> JobState.JOB_STATE_CANCELLED;
            case INTERRUPTED -> JobState.JOB_STATE_INTERRUPTED;
        };
    }
}
