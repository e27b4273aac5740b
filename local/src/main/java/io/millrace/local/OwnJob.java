package io.millrace.local;

import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.WatchJobRequest;
import io.millrace.proto.features.v1.WatchJobResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A job that a command began, shows and waits for. Nobody fetches what a command began that was ended: its job ends with it. */
final class OwnJob {
    private static final int CANCEL_SECONDS = 5;

    private OwnJob() {}

    /**
     * Shows how far a job is until it has ended.
     *
     * @param imported a file that was laid beside for it, removed where the command is ended before
     */
    static Job untilEnded(Channels channels, Service service, String id, Optional<Path> imported) {
        return untilEnded(channels, service, id, imported, System.out::println);
    }

    /**
     * The same.
     *
     * @param out takes a line now and then
     */
    static Job untilEnded(
            Channels channels, Service service, String id, Optional<Path> imported, Consumer<String> out) {
        var cancel = new Thread(() -> {
            JobServiceGrpc.newBlockingStub(channels.to(service))
                    .withDeadlineAfter(CANCEL_SECONDS, TimeUnit.SECONDS)
                    .cancelJob(CancelJobRequest.newBuilder().setId(id).build());
            imported.ifPresent(OwnJob::remove);
            out.accept("  cancelled");
        });
        Runtime.getRuntime().addShutdownHook(cancel);
        Job ended = watch(channels, service, id, out);
        Runtime.getRuntime().removeShutdownHook(cancel);
        return ended;
    }

    private static Job watch(Channels channels, Service service, String id, Consumer<String> out) {
        Iterator<WatchJobResponse> told = JobServiceGrpc.newBlockingStub(channels.to(service))
                .watchJob(WatchJobRequest.newBuilder().setId(id).build());
        Job last = Job.getDefaultInstance();
        while (told.hasNext()) {
            Job job = told.next().getJob();
            if (!job.getPhase().equals(last.getPhase())
                    || job.getDone() - last.getDone() >= Math.max(1, job.getExpected() / 20)) {
                out.accept("  " + line(job));
            }
            last = job;
        }
        return last;
    }

    /** What a job does now, how far it is, and how long the rest takes. */
    static String line(Job job) {
        var line = new StringBuilder(job.getPhase());
        if (job.hasExpected() && job.getExpected() > 0) {
            line.append(String.format(
                    Locale.ROOT,
                    ": %,d of %,d rows, %,.0f rows/s",
                    job.getDone(),
                    job.getExpected(),
                    job.getRowsPerSecond()));
        }
        if (job.hasRemainingMillis()) {
            line.append(", ").append(job.getRemainingMillis() / 1_000).append(" s left");
        }
        return line.toString();
    }

    static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
