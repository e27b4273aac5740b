package io.millrace.inference.app.batch;

import io.millrace.inference.app.BatchScoring;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.PipelineFeatures;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import io.millrace.jobs.JobHandler;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Scores a file. After the service ended in the middle of it, it goes on behind the last chunk of rows that was committed. */
@Singleton
public class BatchScoringJob implements JobHandler {
    static final String KIND = "batch-scoring";
    static final String FILE = "file";
    private static final Logger LOG = Logger.getLogger(BatchScoringJob.class);

    private final Parts parts;

    /** What a run is made of. */
    record Parts(
            BatchScoring scoring,
            PipelineFeatures wanted,
            FeatureLookup lookup,
            PastFeatures history,
            RowFiles files,
            BatchSettings settings,
            InstantSource clock) {}

    public BatchScoringJob(
            BatchScoring scoring,
            PipelineFeatures wanted,
            FeatureLookup lookup,
            PastFeatures history,
            RowFiles files,
            BatchSettings settings,
            InstantSource clock) {
        this.parts = new Parts(scoring, wanted, lookup, history, files, settings, clock);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean resumes() {
        return true;
    }

    @Override
    public void run(Map<String, String> texts, JobContext context) {
        removeOld();
        var run = new BatchRun(parts, new BatchParameters(texts), context);
        try {
            run.run();
        } catch (JobFailedException e) {
            // What was under way was ended to end the job.
            context.checkCancelled();
            throw e;
        }
    }

    /** What a job wrote half is kept for as long as it may be taken up again. */
    @Override
    public void hear(Job job) {
        if (job.state().isFinal() && job.finished() != null) {
            Thread.ofVirtual().name("batch-tidy").start(() -> tidy(job.id()));
        }
    }

    private void tidy(String job) {
        try {
            remove(parts.settings().work(job));
        } catch (UncheckedIOException e) {
            LOG.warnf(e, "The work folder of job %s cannot be removed", job);
        }
    }

    private void removeOld() {
        BatchSettings settings = parts.settings();
        Instant tooOld = parts.clock().instant().minus(settings.keptFor());
        for (Path folder : List.of(settings.directory().resolve("scored"), settings.uploads())) {
            if (Files.notExists(folder)) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(tooOld)) {
                        Files.deleteIfExists(file);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("old files cannot be removed", e);
            }
        }
    }

    /** Removes a folder and what is in it. */
    static void remove(Path folder) {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a work folder cannot be emptied", e);
        }
    }
}
