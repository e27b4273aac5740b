package io.millrace.inference.app.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.definitions.DefinitionFile;
import io.millrace.definitions.Faults;
import io.millrace.inference.app.BatchScoring;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineReader;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.files.DuckDbRowFiles;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.millrace.jobs.Job;
import io.millrace.jobs.JobLimits;
import io.millrace.jobs.JobMeter;
import io.millrace.jobs.JobReasons;
import io.millrace.jobs.Jobs;
import io.millrace.jobs.store.JobFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The scoring of files in a folder, with a linear model and features that are made. */
final class BatchStage implements AutoCloseable {
    static final String DEFINITION = """
            kind: Pipeline
            name: p
            input: {topic: in, timestamp: {field: time, unit: rfc3339}}
            key: id
            entity: {user_id: user}
            request: {x: double}
            features: ["v:a"]
            missing: impute
            model: {name: m}
            output: {topic: out}
            """;

    final MadeHistory history;
    final BatchScoring scoring;
    final ModelCatalog catalog;
    final Path models;
    final BatchSettings settings;
    final Jobs jobs;

    BatchStage(Path folder, Duration historyTakes, int chunkRows) {
        this(folder, new MadeHistory(historyTakes), chunkRows, 7, 128 << 20);
    }

    /**
     * @param scoreRows of one call to the model
     * @param memoryBytes DuckDB's
     */
    BatchStage(Path folder, MadeHistory history, int chunkRows, int scoreRows, long memoryBytes) {
        this.history = history;
        this.models = folder.resolve("models");
        if (Files.notExists(models)) {
            assertThat(models.toFile().mkdirs()).isTrue();
            ModelFiles.publish(models, "m", "1", OnnxModels.linear(100, 1, 10), ModelFiles.TWO_COLUMNS);
        }
        this.catalog = new ModelCatalog(new ModelFolder(models, 1 << 20), new OnnxEngine());
        catalog.refresh();
        this.scoring = Scorings.of(
                catalog, KnownServices.NONE.wanted(), history, new InferenceMetrics(new SimpleMeterRegistry()));
        this.settings = new BatchSettings(
                folder.resolve("batch"),
                Optional.empty(),
                1 << 20,
                chunkRows,
                scoreRows,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofDays(1));
        var handler = new BatchScoringJob(
                scoring,
                KnownServices.NONE.wanted(),
                history,
                history,
                new DuckDbRowFiles(memoryBytes, 16L << 30),
                settings,
                Clock.systemUTC());
        this.jobs = new Jobs(
                () -> Stream.of(handler),
                new JobFolder(folder.resolve("jobs")),
                new JobLimits(1, 10, 100, Duration.ofDays(1)),
                new JobReasons(
                        InferenceReason.TOO_MANY_JOBS, InferenceReason.JOB_NOT_FOUND, InferenceReason.INVALID_REQUEST),
                Clock.systemUTC(),
                JobMeter.NONE);
        jobs.takeUp();
    }

    static Pipeline pipeline() {
        return PipelineReader.read(List.of(new DefinitionFile("p.yaml", DEFINITION)), new Faults())
                .getFirst();
    }

    Job start(Path rows, BatchSpec.FileFormat of, BatchSpec.FileFormat format) {
        return start(rows, of, format, Optional.empty(), "");
    }

    Job start(Path rows, BatchSpec.FileFormat of, BatchSpec.FileFormat format, Optional<String> asOf, String prefix) {
        var spec = new BatchSpec("p", new BatchSpec.Rows.Import("", Optional.of(of)), asOf, prefix, format);
        Map<String, String> parameters = BatchParameters.of(spec, pipeline(), new InputFile(rows, of));
        return jobs.start(BatchScoringJob.KIND, parameters);
    }

    @Override
    public void close() {
        jobs.close();
        catalog.list().forEach(listing -> catalog.unload(listing.name()));
    }
}
