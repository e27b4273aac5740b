package io.millrace.inference.app.batch;

import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.batch.BatchSpec.FileFormat;
import io.millrace.inference.app.batch.RowFiles.Field;
import io.millrace.inference.app.batch.RowFiles.Given;
import io.millrace.inference.app.batch.RowFiles.GivenRow;
import io.millrace.inference.app.batch.RowFiles.Instants;
import io.millrace.inference.app.batch.RowFiles.Session;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.jobs.JobContext;
import io.millrace.jobs.JobFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Features of some thousand entities, each as of an instant of its own: {@link PastFeatures} for rows that are in memory. Thread-safe. */
public final class PastCells {
    private static final String INSTANT = "instant";
    private static final String UNUSED = "unused_";

    private final RowFiles files;
    private final PastFeatures history;
    private final Duration patience;

    /** @param patience how long a feature-service that is busy or away is waited for */
    public PastCells(RowFiles files, PastFeatures history, Duration patience) {
        this.files = files;
        this.history = history;
        this.patience = patience;
    }

    /** An entity, its join keys with their values, at an instant. */
    public record Wanted(Map<String, Object> keys, long asOfMicros) {
        public Wanted {
            keys = Map.copyOf(keys);
        }
    }

    /**
     * Computes features.
     *
     * @param wanted those whose keys are not of the types of the first are left out
     * @param planned definitions that are to hold although they are not applied
     * @param work a folder that is made, and removed at the end
     * @return those that were computed
     * @throws JobFailedException with why they cannot be had
     */
    public Found read(List<Wanted> wanted, List<String> features, PlannedViews planned, Path work, JobContext context) {
        if (wanted.isEmpty() || features.isEmpty()) {
            return new Found(Map.of(), List.of());
        }
        Map<String, FieldType> types = types(wanted.getFirst());
        List<Wanted> asked = wanted.stream()
                .distinct()
                .filter(each -> types(each).equals(types))
                .toList();
        try {
            Files.createDirectories(work);
            Path rows = work.resolve("entities.csv");
            Files.writeString(rows, csv(asked, List.copyOf(types.keySet())), StandardCharsets.UTF_8);
            return computed(asked, new Asked(types, features, planned), rows, work, context);
        } catch (IOException e) {
            throw new JobFailedException("the entities cannot be written: " + e.getMessage(), e);
        } finally {
            BatchScoringJob.remove(work);
        }
    }

    /**
     * What was computed.
     *
     * @param cells of each that was, one per feature
     * @param gaps what is gone of the events of planned views, one sentence each
     */
    public record Found(Map<Wanted, List<Cell>> cells, List<String> gaps) {
        public Found {
            gaps = List.copyOf(gaps);
        }
    }

    private record Asked(Map<String, FieldType> types, List<String> features, PlannedViews planned) {
        /** The columns of the file, in the order of the keys' names. */
        List<Field> fields() {
            var fields = new ArrayList<Field>(types.size());
            types.values().forEach(type -> fields.add(new Field(column(fields.size()), type)));
            return fields;
        }
    }

    private Found computed(List<Wanted> wanted, Asked asked, Path rows, Path work, JobContext context) {
        try (Session session = files.open(new InputFile(rows, FileFormat.CSV), work, work.resolve("unused.parquet"))) {
            context.onCancel(session::cancel);
            session.number(
                    new Instants(INSTANT, Optional.empty(), 0),
                    asked.fields().stream().map(Field::name).toList(),
                    UNUSED);
            var gaps = new LinkedHashSet<String>();
            List<Path> parts = parts(session, asked, 0, wanted.size(), new Making(work, context, gaps));
            var cells = new HashMap<Wanted, List<Cell>>();
            try (Given given = session.read(
                    0, wanted.size(), asked.fields(), parts, asked.features().size())) {
                @Nullable GivenRow row;
                while ((row = given.next()) != null) {
                    if (row.cells() != null) {
                        cells.put(wanted.get(Math.toIntExact(row.number())), row.cells());
                    }
                }
            }
            return new Found(cells, List.copyOf(gaps));
        }
    }

    /** Files with features; several where one request would be too large. */
    private List<Path> parts(Session session, Asked asked, long from, long to, Making making) {
        Path keys = making.work().resolve("keys-" + from + "-" + to + ".parquet");
        Path into = making.work().resolve("features-" + from + "-" + to + ".parquet");
        if (session.keys(from, to, asked.fields(), keys) == 0) {
            return List.of();
        }
        if (keys.toFile().length() > history.maxBytes() && to - from > 1) {
            long middle = (from + to) / 2;
            var both = new ArrayList<>(parts(session, asked, from, middle, making));
            both.addAll(parts(session, asked, middle, to, making));
            return both;
        }
        var columns = new LinkedHashMap<String, String>();
        asked.types().keySet().forEach(key -> columns.put(key, "key_" + columns.size()));
        var request = new PastFeatures.Asked(keys, "as_of", columns, asked.features(), List.of(), asked.planned());
        making.gaps()
                .addAll(new Patience(making.context(), patience)
                        .with(() -> history.write(request, into, making.context())));
        return List.of(into);
    }

    private record Making(Path work, JobContext context, Set<String> gaps) {}

    /** The types of an entity's keys, in the order of their names. */
    private static Map<String, FieldType> types(Wanted wanted) {
        var types = new LinkedHashMap<String, FieldType>();
        wanted.keys().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(key -> types.put(
                        key.getKey(),
                        switch (key.getValue()) {
                            case Boolean _ -> FieldType.BOOL;
                            case Long _ -> FieldType.INT64;
                            case Double _ -> FieldType.DOUBLE;
                            default -> FieldType.STRING;
                        }));
        return types;
    }

    private static String csv(List<Wanted> wanted, List<String> keys) {
        var text = new StringBuilder(INSTANT);
        for (int i = 0; i < keys.size(); i++) {
            text.append(',').append(column(i));
        }
        for (Wanted each : wanted) {
            text.append('\n').append(each.asOfMicros());
            keys.forEach(key ->
                    text.append(',').append(quoted(String.valueOf(each.keys().get(key)))));
        }
        return text.append('\n').toString();
    }

    private static String column(int key) {
        return "k" + key;
    }

    private static String quoted(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }
}
