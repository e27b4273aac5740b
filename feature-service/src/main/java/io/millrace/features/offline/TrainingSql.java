package io.millrace.features.offline;

import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.training.KnownAt;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What DuckDB is asked for one view of a training set. Entities are numbered, so that the rows and the events of each come in one order that Java need not know how to compare.
 *
 * <p>The bound says when an event counts for a row: where its bound is not above the row's. It is the event time and the row's instant; where rows say when they know what they
 * know, it is the time at which the event was known, and that of the row.
 */
final class TrainingSql {
    private static final String KNOWN = "max(arrived) OVER (PARTITION BY topic_id, \"partition\" ORDER BY \"offset\")";

    private final TrainingInput input;
    private final ReadPlan.Part part;
    private final FeatureView view;
    private final int number;
    private final KnownAt knownAt;
    private final List<String> topics;
    private final List<Path> files;

    TrainingSql(TrainingInput input, ReadPlan.Part part, int number, KnownAt knownAt, OfflineSnapshot snapshot) {
        this.input = input;
        this.part = part;
        this.view = part.view();
        this.number = number;
        this.knownAt = knownAt;
        this.topics = snapshot.positions().keySet().stream()
                .map(SourcePartition::topicId)
                .distinct()
                .sorted()
                .toList();
        // What counts is bounded by days; what was known when is not: a record of a later day may have come before one
        // of this day.
        this.files = isByKnown() || knownAt instanceof KnownAt.At
                ? snapshot.paths()
                : snapshot.paths(LocalDate.MIN, ParquetFiles.day(input.newestMicros()));
    }

    FeatureView view() {
        return view;
    }

    /** Whether rows say when they know what they know. */
    boolean isByKnown() {
        return knownAt instanceof KnownAt.Column;
    }

    /** Whether rows say below which positions they know what they know. */
    boolean isByPositions() {
        return knownAt instanceof KnownAt.PositionsColumn;
    }

    /** Whether there is no event at all. */
    boolean isEmpty() {
        return files.isEmpty() || topics.isEmpty();
    }

    /** Topic ids by the numbers that {@link #events} gives, from 1. */
    List<String> topics() {
        return topics;
    }

    String entityTable() {
        return "entities_" + number;
    }

    String answerTable() {
        return answerTable(number);
    }

    /** The table of the answers of a part of the plan. */
    static String answerTable(int part) {
        return "answers_" + part;
    }

    /** Makes the table that numbers the entities of the rows. */
    String entities() {
        List<String> keys = input.keys(view);
        String columns = IntStream.range(0, keys.size())
                .mapToObj(i -> keys.get(i) + " AS __millrace_k" + i)
                .collect(Collectors.joining(", "));
        String given = IntStream.range(0, keys.size())
                .mapToObj(i -> "__millrace_k" + i + " IS NOT NULL")
                .collect(Collectors.joining(" AND "));
        return "CREATE TABLE " + entityTable()
                + " AS SELECT row_number() OVER () AS __millrace_entity, * FROM (SELECT DISTINCT " + columns + " FROM "
                + input.table() + ") WHERE " + given;
    }

    /** Makes the table of the answers. */
    String answers() {
        return "CREATE TABLE " + answerTable() + " (row_number BIGINT, expired BOOLEAN, event_time BIGINT"
                + IntStream.range(0, part.features().length)
                        .mapToObj(i -> ", v" + i + " "
                                + AnswerColumns.sqlType(
                                        view.features().get(part.features()[i]).type()))
                        .collect(Collectors.joining())
                + ")";
    }

    /** Entity, bound, instant, row and, where rows have some, positions; by entity, bound and instant. */
    String asks() {
        List<String> keys = input.keys(view);
        String same = IntStream.range(0, keys.size())
                .mapToObj(i -> "e.__millrace_k" + i + " = " + keys.get(i))
                .collect(Collectors.joining(" AND "));
        String from = " FROM " + input.table() + " r JOIN " + entityTable() + " e ON " + same;
        String bound = isByKnown() ? TrainingInput.KNOWN : TrainingInput.INSTANT;
        return "SELECT e.__millrace_entity, " + bound + ", " + TrainingInput.INSTANT + ", " + TrainingInput.ROW
                + (isByPositions() ? ", " + positions() : "") + from + " ORDER BY 1, 2, 3";
    }

    /** A row's positions of this view's sources, as {@link KnownPositions} reads them. */
    private String positions() {
        return "array_to_string([concat_ws(' ', list_position(" + topicList()
                + ", p.topic_id), p.\"partition\", p.\"offset\") for p in r."
                + TrainingInput.KNOWN + " if list_contains(" + topicList()
                + ", p.topic_id) AND p.\"partition\" IS NOT NULL AND p.\"offset\" IS NOT NULL AND coalesce(p.view, p.view_version, "
                + DuckDb.literal(view.id().toString()) + ") = "
                + DuckDb.literal(view.id().toString()) + "], ';')";
    }

    private String topicList() {
        return topics.stream().map(DuckDb::literal).collect(Collectors.joining(",", "[", "]"));
    }

    /** Entity, bound, event time, created, topic, partition, offset, and the event fields, those null that no feature looks at; by entity and bound. */
    String events() {
        String same = IntStream.range(0, view.joinKeys().size())
                .mapToObj(i -> "e.__millrace_k" + i + " = v."
                        + DuckDb.identifier("k_" + view.joinKeys().get(i).name()))
                .collect(Collectors.joining(" AND "));
        FeatureView asked = part.view().only(part.features());
        String fields = view.fields().stream()
                .map(field -> asked.uses(field)
                        ? ", v." + DuckDb.identifier("f_" + field.name())
                        : ", CAST(NULL AS " + ParquetColumns.sqlType(field.type()) + ")")
                .collect(Collectors.joining());
        return "SELECT e.__millrace_entity, " + (isByKnown() ? "v.known" : "v.event_time")
                + ", v.event_time, v.created, "
                + "list_position(" + topicList() + ", v.topic_id), v.\"partition\", v.\"offset\"" + fields + " FROM "
                + counted() + " v JOIN "
                + entityTable() + " e ON " + same + " WHERE NOT v.late AND v.event_time <= " + input.newestMicros()
                + " ORDER BY 1, 2";
    }

    /** The events that may count at all. */
    private String counted() {
        String all = "read_parquet(" + DuckDb.files(files) + ")";
        return switch (knownAt) {
            case KnownAt.Today _, KnownAt.PositionsColumn _ -> all;
            case KnownAt.Column _ -> "(SELECT *, " + KNOWN + " AS known FROM " + all + ")";
            case KnownAt.At(long micros) ->
                "(SELECT * FROM (SELECT *, " + KNOWN + " AS known FROM " + all + ") WHERE known <= " + micros + ")";
            case KnownAt.Positions(var next, var _) ->
                "(SELECT all_events.* FROM " + all + " all_events JOIN (VALUES " + values(next)
                        + ") bounds(t, p, o) ON all_events.topic_id = bounds.t AND all_events.\"partition\" = bounds.p"
                        + " AND all_events.\"offset\" < bounds.o)";
        };
    }

    private static String values(java.util.Map<SourcePartition, Long> next) {
        if (next.isEmpty()) {
            return "('', -1, 0)";
        }
        return next.entrySet().stream()
                .map(each -> "(" + DuckDb.literal(each.getKey().topicId()) + ", "
                        + each.getKey().partition() + ", " + each.getValue() + ")")
                .collect(Collectors.joining(", "));
    }
}
