package io.millrace.inference.features;

import com.google.protobuf.ByteString;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.millrace.gate.Reason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.batch.PastFeatures;
import io.millrace.inference.config.BatchConfig;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.jobs.JobCancelledException;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import io.millrace.proto.features.v1.CancelJobRequest;
import io.millrace.proto.features.v1.DefinitionFile;
import io.millrace.proto.features.v1.GetJobRequest;
import io.millrace.proto.features.v1.Job;
import io.millrace.proto.features.v1.JobServiceGrpc;
import io.millrace.proto.features.v1.JobServiceGrpc.JobServiceBlockingStub;
import io.millrace.proto.features.v1.JobState;
import io.millrace.proto.features.v1.KnownPosition;
import io.millrace.proto.features.v1.KnownPositions;
import io.millrace.proto.features.v1.ReadTrainingSetRequest;
import io.millrace.proto.features.v1.RowFormat;
import io.millrace.proto.features.v1.StartTrainingSetRequest;
import io.millrace.proto.features.v1.TrainingSetFormat;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc;
import io.millrace.proto.features.v1.TrainingSetServiceGrpc.TrainingSetServiceBlockingStub;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jboss.logging.Logger;

/** Features as of the past: training sets of feature-service, which are to the bit what its online reads give. Thread-safe. */
@Singleton
public class GrpcPastFeatures implements PastFeatures {
    private static final Logger LOG = Logger.getLogger(GrpcPastFeatures.class);
    private static final String GAPS = "planned_gaps";
    private static final Duration LOOKS_AGAIN = Duration.ofMillis(200);

    private final ManagedChannel channel;
    private final Duration deadline;
    private final Duration patience;
    private final long maxBytes;

    public GrpcPastFeatures(InferenceConfig config, BatchConfig batch) {
        this.channel = Grpc.newChannelBuilder(config.features().address(), InsecureChannelCredentials.create())
                .build();
        this.deadline = batch.deadline();
        this.patience = batch.patience();
        this.maxBytes = batch.featuresInlineSize().asLongValue();
    }

    @Override
    public long maxBytes() {
        return maxBytes;
    }

    @Override
    public List<String> write(Asked asked, Path into, JobContext context) {
        String id = start(asked);
        try {
            Job made = await(id, context);
            fetch(id, into);
            return made.getResultOrDefault(GAPS, "").lines().toList();
        } catch (JobCancelledException e) {
            cancel(id);
            throw e;
        }
    }

    @PreDestroy
    void close() {
        channel.shutdownNow();
    }

    private String start(Asked asked) {
        try {
            return sets().startTrainingSet(StartTrainingSetRequest.newBuilder()
                            .addAllFeatures(asked.features())
                            .setFullFeatureNames(true)
                            .setInline(ByteString.copyFrom(Files.readAllBytes(asked.rows())))
                            .setRowFormat(RowFormat.ROW_FORMAT_PARQUET)
                            .setTimestampColumn(asked.timestampColumn())
                            .putAllColumns(asked.columns())
                            .setKnownAtPositions(positions(asked))
                            .setStatuses(true)
                            .setEventTimes(true)
                            .setFormat(TrainingSetFormat.TRAINING_SET_FORMAT_PARQUET)
                            .addAllPlannedFiles(asked.planned().files().stream()
                                    .map(file -> DefinitionFile.newBuilder()
                                            .setPath(file.path())
                                            .setContent(file.content())
                                            .build())
                                    .toList())
                            .build())
                    .getJob()
                    .getId();
        } catch (StatusRuntimeException e) {
            throw FeatureRefusals.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException("rows cannot be read", e);
        }
    }

    private static KnownPositions positions(Asked asked) {
        var positions = KnownPositions.newBuilder();
        asked.positions()
                .forEach(at -> positions.addPositions(KnownPosition.newBuilder()
                        .setViewVersion(at.view())
                        .setTopicId(at.topicId())
                        .setPartition(at.partition())
                        .setOffset(at.offset())));
        return positions.build();
    }

    /** The job outlives a restart of feature-service: only where that is away for too long is it given up. */
    private Job await(String id, JobContext context) {
        long heard = System.nanoTime();
        while (true) {
            context.checkCancelled();
            try {
                Job job = jobs().getJob(GetJobRequest.newBuilder().setId(id).build())
                        .getJob();
                heard = System.nanoTime();
                if (job.getState() == JobState.JOB_STATE_DONE) {
                    return job;
                }
                if (job.getState() != JobState.JOB_STATE_RUNNING && job.getState() != JobState.JOB_STATE_QUEUED) {
                    throw new JobFailedException(
                            "the features cannot be had: feature-service's job " + id + " is " + job.getState() + ": "
                                    + job.getMessage(),
                            null);
                }
            } catch (StatusRuntimeException e) {
                Refusal refusal = FeatureRefusals.of(e);
                if (refusal.reason().kind() == Reason.Kind.NOT_FOUND
                        || System.nanoTime() - heard > patience.toNanos()) {
                    throw refusal;
                }
            }
            LockSupport.parkNanos(LOOKS_AGAIN.toNanos());
        }
    }

    private void fetch(String id, Path into) {
        Path aside = into.resolveSibling(into.getFileName() + ".new");
        try (OutputStream file = Files.newOutputStream(aside)) {
            var parts = sets().readTrainingSet(
                            ReadTrainingSetRequest.newBuilder().setJobId(id).build());
            while (parts.hasNext()) {
                parts.next().getContent().writeTo(file);
            }
        } catch (StatusRuntimeException e) {
            throw FeatureRefusals.of(e);
        } catch (IOException e) {
            throw new JobFailedException("the features cannot be written: " + e.getMessage(), e);
        }
        try {
            Files.move(aside, into, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("the features cannot be moved into place", e);
        }
    }

    private void cancel(String id) {
        try {
            jobs().cancelJob(CancelJobRequest.newBuilder().setId(id).build());
        } catch (StatusRuntimeException e) {
            LOG.infof("feature-service's job %s was not cancelled: %s", id, e.getStatus());
        }
    }

    private TrainingSetServiceBlockingStub sets() {
        return TrainingSetServiceGrpc.newBlockingStub(channel)
                .withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    private JobServiceBlockingStub jobs() {
        return JobServiceGrpc.newBlockingStub(channel).withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS);
    }
}
