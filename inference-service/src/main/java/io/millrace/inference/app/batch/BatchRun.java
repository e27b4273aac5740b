package io.millrace.inference.app.batch;

import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.batch.BatchScoringJob.Parts;
import io.millrace.inference.app.batch.RowFiles.Field;
import io.millrace.inference.app.batch.RowFiles.Given;
import io.millrace.inference.app.batch.RowFiles.GivenRow;
import io.millrace.inference.app.batch.RowFiles.Instants;
import io.millrace.inference.app.batch.RowFiles.Scores;
import io.millrace.inference.app.batch.RowFiles.Session;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One file while it is scored: chunk by chunk, each committed by moving its file into place. */
final class BatchRun {
    private static final Duration COMPLETE = Duration.ofSeconds(30);

    private final Parts parts;
    private final BatchParameters parameters;
    private final JobContext context;
    private final Pipeline pipeline;
    private final Path work;
    private final Path output;

    BatchRun(Parts parts, BatchParameters parameters, JobContext context) {
        this.parts = parts;
        this.parameters = parameters;
        this.context = context;
        this.pipeline = parameters.pipeline();
        this.work = parts.settings().work(context.id());
        this.output = parts.settings().output(context.id(), parameters.format());
    }

    void run() {
        makeFolder(work);
        makeFolder(output.getParent());
        context.phase("reads the rows");
        try (Session session = parts.files().open(parameters.rows(), work, output)) {
            context.onCancel(session::cancel);
            long rows = session.number(instants(), needed(), parameters.prefix());
            context.progress(rows, rows);
            BatchPlan plan = plan(session);
            List<Path> chunks = scored(session, plan, rows);
            context.phase("writes the file");
            long invalid = session.join(chunks, parameters.format());
            context.progress(rows, rows);
            context.result("rows", String.valueOf(rows));
            context.result("invalid", String.valueOf(invalid));
            context.result(BatchScoringJob.FILE, output.toString());
        }
    }

    /** The columns that the pipeline takes. */
    private List<String> needed() {
        var needed = new LinkedHashSet<String>();
        needed.add(instants().column());
        needed.addAll(pipeline.entity().values());
        needed.addAll(pipeline.request().keySet());
        return List.copyOf(needed);
    }

    private Instants instants() {
        return parameters
                .asOfColumn()
                .map(column -> new Instants(column, Optional.empty(), 0))
                .orElseGet(() -> new Instants(
                        pipeline.input().timestampField(),
                        Optional.of(pipeline.input().unit()),
                        pipeline.includeEvent() ? 0 : -1));
    }

    /** What all rows have in common; made once, and found again after a crash. */
    private BatchPlan plan(Session session) {
        if (!context.checkpoint().isEmpty()) {
            return BatchPlan.of(pipeline, context.checkpoint());
        }
        context.phase("asks how far the features are");
        BatchPlan plan = patiently(() -> {
            Duration deadline = parts.settings().deadline();
            Pipeline filled = parts.wanted().fill(pipeline, deadline);
            if (filled.features().isEmpty()) {
                return new BatchPlan(filled, Map.of(), List.of(), Optional.empty());
            }
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, parts.clock().instant());
            KeyProbe.Found found =
                    new KeyProbe(parts.lookup(), filled, now, COMPLETE, deadline.plus(COMPLETE)).find(session::kind);
            return new BatchPlan(filled, found.types(), found.positions(), Optional.empty());
        });
        context.checkpoint(plan.texts());
        return plan;
    }

    private List<Path> scored(Session session, BatchPlan made, long rows) {
        BatchPlan plan = made;
        int chunkRows = parts.settings().chunkRows();
        var chunks = new ArrayList<Path>();
        boolean isBegun = false;
        for (long from = 0; from == 0 || from < rows; from += chunkRows) {
            long to = Math.min(rows, from + chunkRows);
            Path chunk = work.resolve(String.format(Locale.ROOT, "chunk-%09d.parquet", chunks.size()));
            chunks.add(chunk);
            if (Files.exists(chunk)) {
                continue;
            }
            context.checkCancelled();
            if (!isBegun) {
                context.phase("scores the rows", from);
                isBegun = true;
            }
            plan = score(session, plan, from, to, chunk, rows);
        }
        return chunks;
    }

    private BatchPlan score(Session session, BatchPlan made, long from, long to, Path chunk, long rows) {
        BatchPlan plan = made;
        List<Path> features = plan.asks() ? features(session, plan, from, to) : List.of();
        List<Field> fields = fields(plan);
        try (Given given = session.read(
                        from, to, fields, features, plan.pipeline().features().size());
                Scores scores = session.scores(from, to, chunk)) {
            long done = from;
            for (List<GivenRow> group = next(given); !group.isEmpty(); group = next(given)) {
                plan = score(plan, group, scores);
                done += group.size();
                context.progress(done, rows);
                context.checkCancelled();
            }
            scores.commit();
        } finally {
            features.forEach(BatchRun::remove);
        }
        return plan;
    }

    private List<GivenRow> next(Given given) {
        var group = new ArrayList<GivenRow>();
        @Nullable GivenRow row;
        while (group.size() < parts.settings().scoreRows() && (row = given.next()) != null) {
            group.add(row);
        }
        return group;
    }

    /** Scores some rows by what scores requests and streams; gives the plan with the model's version, which all later rows keep. */
    private BatchPlan score(BatchPlan plan, List<GivenRow> group, Scores scores) {
        var rows = new ArrayList<ScoreRow>();
        for (GivenRow row : group) {
            if (row.asOfMicros() != null) {
                rows.add(new ScoreRow(row.fields(), row.asOfMicros()));
            }
        }
        var lookup = new HistoricalFeatures(plan.pipeline(), group, plan.positions());
        ScoredBatch batch = patiently(() -> parts.scoring()
                .score(
                        plan.scoring(),
                        rows,
                        lookup,
                        new Deadline(parts.settings().deadline())));
        BatchPlan next = plan;
        if (plan.model().isEmpty()) {
            next = plan.with(batch.model());
            context.checkpoint(next.texts());
            context.result("model", batch.model().name());
            context.result("model_version", batch.model().version());
        }
        int at = 0;
        for (GivenRow row : group) {
            RowScore score = row.asOfMicros() == null
                    ? withoutInstant(row)
                    : batch.rows().get(at++);
            scores.add(row, score, batch.model(), batch.service());
        }
        return next;
    }

    private RowScore withoutInstant(GivenRow row) {
        String column = instants().column();
        return row.hasTimestamp()
                ? new RowScore.Invalid(
                        DeadLetterReason.INVALID_TIMESTAMP.name(), "'" + column + "' is not an instant of its unit")
                : new RowScore.Invalid(DeadLetterReason.MISSING_TIMESTAMP.name(), "'" + column + "' is empty");
    }

    /** Files with the features of rows, in their order; several where one request would be too large. */
    private List<Path> features(Session session, BatchPlan plan, long from, long to) {
        Path keys = work.resolve("keys-" + from + ".parquet");
        Path features = work.resolve("features-" + from + ".parquet");
        long count = session.keys(from, to, keyFields(plan), keys);
        try {
            if (count == 0) {
                return List.of();
            }
            if (size(keys) > parts.history().maxBytes() && to - from > 1) {
                long middle = (from + to) / 2;
                var both = new ArrayList<>(features(session, plan, from, middle));
                both.addAll(features(session, plan, middle, to));
                return both;
            }
            var columns = new LinkedHashMap<String, String>();
            for (String key : plan.pipeline().entity().keySet()) {
                columns.put(key, "key_" + columns.size());
            }
            var asked = new PastFeatures.Asked(keys, "as_of", columns, plan.features(), plan.positions());
            patiently(() -> parts.history().write(asked, features, context));
            return List.of(features);
        } finally {
            remove(keys);
        }
    }

    private static List<Field> keyFields(BatchPlan plan) {
        var fields = new ArrayList<Field>();
        plan.pipeline()
                .entity()
                .forEach((key, field) ->
                        fields.add(new Field(field, plan.keyTypes().getOrDefault(key, FieldType.STRING))));
        return fields;
    }

    /** All fields that the pipeline takes; where a field is a join key, its type as such. */
    private static List<Field> fields(BatchPlan plan) {
        var fields = new LinkedHashMap<String, FieldType>(plan.pipeline().request());
        keyFields(plan).forEach(field -> fields.put(field.name(), field.type()));
        return fields.entrySet().stream()
                .map(field -> new Field(field.getKey(), field.getValue()))
                .toList();
    }

    private <T> T patiently(Supplier<T> work) {
        return new Patience(context, parts.settings().patience()).with(work);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException("a work file cannot be read", e);
        }
    }

    private static void makeFolder(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new JobFailedException("the folder " + folder + " cannot be made: " + e.getMessage(), e);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("a work file cannot be removed", e);
        }
    }
}
