package io.millrace.features.app.training;

import io.millrace.features.app.Catalog;
import io.millrace.features.app.DefinitionStore;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.Names;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.kernel.NamedView;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.definition.DefinitionSet;
import io.millrace.gate.Refusal;
import io.millrace.jobs.Job;
import io.millrace.jobs.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Starts training sets and hands out those that were made. */
@ApplicationScoped
public class TrainingSets {
    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final Jobs jobs;
    private final TrainingSetFolders folders;

    public TrainingSets(Catalog catalog, DefinitionStore definitions, Jobs jobs, TrainingSetFolders folders) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.jobs = jobs;
        this.folders = folders;
    }

    /**
     * Starts a job that makes a training set of the versions that are served now.
     *
     * @throws Refusal where the request is wrong; what is wrong with the rows themselves is said by the job
     */
    public Job start(TrainingSetSpec spec) {
        Names.requireReferences(spec.features());
        definitions.requireCurrent();
        if (spec.service().isPresent() && !spec.features().isEmpty()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST,
                    "features and a feature service are given; one of them is possible");
        }
        DefinitionSet planned =
                PlannedDefinitions.of(catalog.definitions(), spec.planned()).then();
        List<String> features = spec.service().map(catalog::featuresOf).orElse(spec.features());
        Map<String, ViewId> pinned = new LinkedHashMap<>();
        ReadPlan.of(features, spec.fullNames(), name -> {
            NamedView view = (spec.planned().isEmpty() ? catalog.named(name) : planned.view(name))
                    .orElseThrow(() -> catalog.unknownView(name));
            pinned.put(name, view.id());
            return Optional.of(view);
        });
        return jobs.start(TrainingSetJob.KIND, TrainingSetParameters.of(spec, features, pinned, rows(spec.rows())));
    }

    /**
     * The file of a training set that is done.
     *
     * @throws Refusal {@link FeatureReason#JOB_NOT_FOUND}, {@link FeatureReason#TRAINING_SET_NOT_READY}
     */
    public Path file(String job) {
        Job made = jobs.get(job);
        if (!made.kind().equals(TrainingSetJob.KIND)) {
            throw new Refusal(FeatureReason.JOB_NOT_FOUND, "the job is no training set");
        }
        Path file = Path.of(made.result().getOrDefault(TrainingSetJob.FILE, ""));
        if (made.state() != Job.State.DONE || !Files.isRegularFile(file)) {
            throw new Refusal(
                    FeatureReason.TRAINING_SET_NOT_READY,
                    made.state() == Job.State.DONE
                            ? "the training set was removed after " + folders.keptFor()
                            : "the training set is " + made.state().name().toLowerCase(Locale.ROOT));
        }
        return file;
    }

    private TrainingRows rows(TrainingSetSpec.Rows rows) {
        return switch (rows) {
            case TrainingSetSpec.Rows.Inline(byte[] content, RowFormat format) -> inline(content, format);
            case TrainingSetSpec.Rows.Import(String path, Optional<RowFormat> format) -> {
                Path file = imported(path);
                yield new TrainingRows.File(file, format.orElseGet(() -> byEnding(path)));
            }
            case TrainingSetSpec.Rows.Query(String connection, String sql) -> {
                if (connection.isBlank() || sql.isBlank()) {
                    throw new Refusal(
                            FeatureReason.MALFORMED_REQUEST, "a query of entity rows needs its 'connection' and 'sql'");
                }
                yield new TrainingRows.Query(connection, sql);
            }
        };
    }

    private TrainingRows.File inline(byte[] content, RowFormat format) {
        if (content.length == 0) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no entity rows are given");
        }
        if (content.length > folders.inlineBytes()) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_ROWS,
                    "the rows have " + content.length + " bytes; at most " + folders.inlineBytes()
                            + " can be sent along, put larger ones into the import folder");
        }
        try {
            Files.createDirectories(folders.uploads());
            Path file = folders.uploads()
                    .resolve(UUID.randomUUID() + "." + format.name().toLowerCase(Locale.ROOT));
            Files.write(file, content);
            return new TrainingRows.File(file, format);
        } catch (IOException e) {
            throw new UncheckedIOException("entity rows cannot be written", e);
        }
    }

    /** A file that lies in the import folder, also when all links are followed. */
    private Path imported(String path) {
        Path root = folders.imports()
                .orElseThrow(() -> new Refusal(
                        FeatureReason.IMPORT_NOT_FOUND,
                        "this service has no import folder (millrace.features.training-sets.imports)"));
        try {
            Path given = Path.of(path);
            Path file = root.resolve(given).normalize();
            if (given.isAbsolute() || path.isEmpty() || !file.startsWith(root.normalize())) {
                throw new Refusal(FeatureReason.MALFORMED_REQUEST, "a path must be relative to the import folder");
            }
            if (!Files.isRegularFile(file) || !file.toRealPath().startsWith(root.toRealPath())) {
                throw new Refusal(FeatureReason.IMPORT_NOT_FOUND, "the import folder has no such file");
            }
            return file.toRealPath();
        } catch (InvalidPathException e) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "the path is none", e);
        } catch (IOException e) {
            throw new Refusal(FeatureReason.IMPORT_NOT_FOUND, "the file cannot be read", e);
        }
    }

    private static RowFormat byEnding(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".csv")) {
            return RowFormat.CSV;
        }
        if (lower.endsWith(".parquet")) {
            return RowFormat.PARQUET;
        }
        if (lower.endsWith(".json") || lower.endsWith(".jsonl") || lower.endsWith(".ndjson")) {
            return RowFormat.JSON;
        }
        throw new Refusal(
                FeatureReason.MALFORMED_REQUEST,
                "the format of the rows is not known by the file's ending: .csv, .parquet, .json, .jsonl or .ndjson");
    }
}
