package io.millrace.features.app.training;

import io.millrace.definitions.DefinitionFile;
import io.millrace.features.app.training.TrainingRows.RowFormat;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a training set's job remembers of what was asked for, as texts. Names never hold a line break. */
record TrainingSetParameters(Map<String, String> texts) {
    private static final String LINE = "\n";

    static Map<String, String> of(
            TrainingSetSpec spec, List<String> features, Map<String, ViewId> pinned, TrainingRows rows) {
        var texts = new LinkedHashMap<String, String>();
        texts.put("features", String.join(LINE, features));
        texts.put(
                "views",
                pinned.entrySet().stream()
                        .map(view -> view.getKey() + "=" + view.getValue())
                        .collect(Collectors.joining(LINE)));
        texts.put("full-names", String.valueOf(spec.fullNames()));
        for (int i = 0; i < spec.planned().size(); i++) {
            texts.put("planned-path-" + i, spec.planned().get(i).path());
            texts.put("planned-" + i, spec.planned().get(i).content());
        }
        switch (rows) {
            case TrainingRows.File(Path path, RowFormat format) -> {
                texts.put("rows", path.toString());
                texts.put("rows-format", format.name());
            }
            case TrainingRows.Query(String connection, String sql) -> {
                texts.put("rows-connection", connection);
                texts.put("rows-sql", sql);
            }
        }
        texts.put("timestamp-column", spec.timestampColumn());
        texts.put(
                "columns",
                spec.columns().entrySet().stream()
                        .map(column -> column.getKey() + "=" + column.getValue())
                        .collect(Collectors.joining(LINE)));
        texts.put("statuses", String.valueOf(spec.statuses()));
        texts.put("event-times", String.valueOf(spec.eventTimes()));
        texts.put("expired", spec.expired().name());
        texts.put("format", spec.format().name());
        switch (spec.knownAt()) {
            case KnownAt.Today _ -> {}
            case KnownAt.At(long micros) -> texts.put("known-at-micros", String.valueOf(micros));
            case KnownAt.Column(String name) -> texts.put("known-at-column", name);
            case KnownAt.PositionsColumn(String name) -> texts.put("known-at-positions-column", name);
            case KnownAt.Positions(var next, var reached) -> {
                texts.put(
                        "known-at-reached",
                        reached.stream()
                                .map(each -> each.view() + " " + each.topicId() + " " + each.partition() + " "
                                        + each.offset())
                                .collect(Collectors.joining(LINE)));
                texts.put(
                        "known-at-positions",
                        next.entrySet().stream()
                                .map(each -> each.getKey().topicId() + " "
                                        + each.getKey().partition() + " " + each.getValue())
                                .collect(Collectors.joining(LINE)));
            }
        }
        return texts;
    }

    List<String> features() {
        return lines("features");
    }

    /** The version that each name meant when the job was started. */
    Map<String, ViewId> views() {
        var views = new HashMap<String, ViewId>();
        for (String line : lines("views")) {
            int equals = line.indexOf('=');
            int at = line.lastIndexOf('@');
            views.put(line.substring(0, equals), new ViewId(line.substring(equals + 1, at), line.substring(at + 1)));
        }
        return views;
    }

    /** Definitions that hold although they are not applied. */
    List<DefinitionFile> planned() {
        var planned = new ArrayList<DefinitionFile>();
        for (int i = 0; texts.containsKey("planned-" + i); i++) {
            planned.add(new DefinitionFile(text("planned-path-" + i), text("planned-" + i)));
        }
        return planned;
    }

    boolean fullNames() {
        return Boolean.parseBoolean(text("full-names"));
    }

    TrainingRows rows() {
        if (texts.containsKey("rows-sql")) {
            return new TrainingRows.Query(text("rows-connection"), text("rows-sql"));
        }
        return new TrainingRows.File(Path.of(text("rows")), RowFormat.valueOf(text("rows-format")));
    }

    String timestampColumn() {
        return text("timestamp-column");
    }

    Map<String, String> columns() {
        var columns = new HashMap<String, String>();
        for (String line : lines("columns")) {
            int at = line.indexOf('=');
            columns.put(line.substring(0, at), line.substring(at + 1));
        }
        return columns;
    }

    boolean statuses() {
        return Boolean.parseBoolean(text("statuses"));
    }

    /** Jobs of earlier releases say nothing of them. */
    boolean eventTimes() {
        return Boolean.parseBoolean(texts.get("event-times"));
    }

    TrainingSet.Expired expired() {
        return TrainingSet.Expired.valueOf(text("expired"));
    }

    TrainingSet.Format format() {
        return TrainingSet.Format.valueOf(text("format"));
    }

    KnownAt knownAt() {
        if (texts.containsKey("known-at-micros")) {
            return new KnownAt.At(Long.parseLong(text("known-at-micros")));
        }
        if (texts.containsKey("known-at-column")) {
            return new KnownAt.Column(text("known-at-column"));
        }
        if (texts.containsKey("known-at-positions-column")) {
            return new KnownAt.PositionsColumn(text("known-at-positions-column"));
        }
        if (texts.containsKey("known-at-positions")) {
            var next = new HashMap<SourcePartition, Long>();
            for (String line : lines("known-at-positions")) {
                List<String> parts = List.of(line.split(" ", -1));
                next.put(
                        new SourcePartition("", parts.get(0), Integer.parseInt(parts.get(1))),
                        Long.parseLong(parts.get(2)));
            }
            return new KnownAt.Positions(next, reached());
        }
        return new KnownAt.Today();
    }

    private List<KnownAt.Reached> reached() {
        if (!texts.containsKey("known-at-reached")) {
            return List.of();
        }
        return lines("known-at-reached").stream()
                .map(line -> List.of(line.split(" ", -1)))
                .map(parts -> new KnownAt.Reached(
                        parts.get(0), parts.get(1), Integer.parseInt(parts.get(2)), Long.parseLong(parts.get(3))))
                .toList();
    }

    private String text(String name) {
        return Objects.requireNonNull(texts.get(name), name);
    }

    private List<String> lines(String name) {
        return text(name).lines().toList();
    }
}
