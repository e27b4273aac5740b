package io.millrace.inference.app.batch;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.PipelineAdministration;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.inference.domain.Pipeline;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Starts the scoring of files, and hands out what was written. */
@ApplicationScoped
public class BatchScorings {
    private final PipelineAdministration pipelines;
    private final Jobs jobs;
    private final BatchSettings settings;

    public BatchScorings(PipelineAdministration pipelines, Jobs jobs, BatchSettings settings) {
        this.pipelines = pipelines;
        this.jobs = jobs;
        this.settings = settings;
    }

    /**
     * Starts a job that scores a file with the pipeline as it is defined now.
     *
     * @throws Refusal PIPELINE_NOT_FOUND, INVALID_REQUEST, IMPORT_NOT_FOUND, TOO_MANY_JOBS; what is wrong with the rows is said by the job
     */
    public Job start(BatchSpec spec) {
        Pipeline pipeline = pipelines.find(spec.pipeline());
        InputFile rows = rows(spec.rows());
        return jobs.start(BatchScoringJob.KIND, BatchParameters.of(spec, pipeline, rows));
    }

    /**
     * The file of a job that is done.
     *
     * @throws Refusal JOB_NOT_FOUND, FILE_NOT_READY
     */
    public Path file(String job) {
        Job made = jobs.get(job);
        if (!made.kind().equals(BatchScoringJob.KIND)) {
            throw new Refusal(InferenceReason.JOB_NOT_FOUND, "the job scores no file");
        }
        Path file = Path.of(made.result().getOrDefault(BatchScoringJob.FILE, ""));
        if (made.state() != Job.State.DONE || !Files.isRegularFile(file)) {
            throw new Refusal(
                    InferenceReason.FILE_NOT_READY,
                    made.state() == Job.State.DONE
                            ? "the file was removed after " + settings.keptFor()
                            : "the job is " + made.state().name().toLowerCase(Locale.ROOT));
        }
        return file;
    }

    private InputFile rows(BatchSpec.Rows rows) {
        return switch (rows) {
            case BatchSpec.Rows.Inline(byte[] content, FileFormat format) -> inline(content, format);
            case BatchSpec.Rows.Import(String path, Optional<FileFormat> format) ->
                new InputFile(imported(path), format.orElseGet(() -> byEnding(path)));
        };
    }

    private InputFile inline(byte[] content, FileFormat format) {
        if (content.length == 0) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "no rows are given");
        }
        if (content.length > settings.inlineBytes()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "the rows have " + content.length + " bytes; at most " + settings.inlineBytes()
                            + " can be sent along, put larger ones into the import folder");
        }
        try {
            Files.createDirectories(settings.uploads());
            Path file = settings.uploads().resolve(UUID.randomUUID() + format.ending());
            Files.write(file, content);
            return new InputFile(file, format);
        } catch (IOException e) {
            throw new UncheckedIOException("rows cannot be written", e);
        }
    }

    /** A file that lies in the import folder, also when all links are followed. */
    private Path imported(String path) {
        Path root = settings.imports()
                .orElseThrow(() -> new Refusal(
                        InferenceReason.IMPORT_NOT_FOUND,
                        "this service has no import folder (millrace.inference.batch.imports)"));
        try {
            Path given = Path.of(path);
            Path file = root.resolve(given).normalize();
            if (given.isAbsolute() || path.isEmpty() || !file.startsWith(root.normalize())) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, "a path must be relative to the import folder");
            }
            if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(root.toRealPath())) {
                throw new Refusal(InferenceReason.IMPORT_NOT_FOUND, "the import folder has no such file");
            }
            return file.toRealPath();
        } catch (InvalidPathException e) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "the path is none", e);
        } catch (IOException e) {
            throw new Refusal(InferenceReason.IMPORT_NOT_FOUND, "the file cannot be read", e);
        }
    }

    private static FileFormat byEnding(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        for (FileFormat format : FileFormat.values()) {
            if (lower.endsWith(format.ending())) {
                return format;
            }
        }
        throw new Refusal(
                InferenceReason.INVALID_REQUEST,
                "the format of the rows is not known by the file's ending: .csv or .parquet");
    }
}
