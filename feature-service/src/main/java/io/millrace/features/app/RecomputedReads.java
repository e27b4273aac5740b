package io.millrace.features.app;

import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.app.deletion.Deletion;
import io.millrace.features.app.deletion.Voids;
import io.millrace.features.app.offline.OfflineHistory;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.app.offline.OfflineStoreException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Computation;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.Window;
import io.millrace.gate.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Computes rows again as an online read gave them at some positions: from the events below those positions in the offline store, by the same kernel, on-demand features
 * by what computes them online. Nothing that was served is looked at. Thread-safe.
 */
public final class RecomputedReads {
    /** The most rows of one request. */
    public static final int MAX_ROWS = 200;

    private static final int MAX_EVENTS = 2_000_000;

    private final Catalog catalog;
    private final DefinitionStore definitions;
    private final OfflineStore store;
    private final OfflineHistory history;
    private final Voids voids;

    /** A partition of a topic that may have had other topics of its name before it. */
    public record Place(String topicId, int partition) {}

    /**
     * A row.
     *
     * @param entity by join key
     * @param positions by {@code view@version} the offsets below which everything had been applied; of a partition that is not there nothing was known
     */
    public record Row(Map<String, FeatureValue> entity, long asOfMicros, Map<String, Map<Place, Long>> positions) {
        public Row {
            entity = Map.copyOf(entity);
            positions = Map.copyOf(positions);
        }
    }

    /** Why a row may lack events that were there when it was read. */
    public enum Why {
        ENTITY_DELETED,
        RETENTION,
        NO_POSITIONS
    }

    /** What a row may lack of a view. */
    public record Gap(int row, ViewId view, Why why, String detail) {}

    /** What was computed, and what may be missing in it. */
    public record Recomputed(OnlineAnswer answer, List<Gap> gaps) {
        public Recomputed {
            gaps = List.copyOf(gaps);
        }
    }

    public RecomputedReads(
            Catalog catalog, DefinitionStore definitions, OfflineStore store, OfflineHistory history, Voids voids) {
        this.catalog = catalog;
        this.definitions = definitions;
        this.store = store;
        this.history = history;
        this.voids = voids;
    }

    /**
     * Computes rows again.
     *
     * @throws Refusal as an online read; OFFLINE_STORE_BEHIND where the offline store has not come to the rows' positions yet; OFFLINE_STORE_UNAVAILABLE;
     *     TOO_MANY_EVENTS
     */
    public Recomputed compute(List<String> features, List<Row> rows) {
        if (rows.isEmpty()) {
            throw new Refusal(FeatureReason.EMPTY_REQUEST, "no rows are asked for");
        }
        if (rows.size() > MAX_ROWS) {
            throw new Refusal(
                    FeatureReason.TOO_MANY_ROWS, rows.size() + " rows, at most " + MAX_ROWS + " are possible");
        }
        var request = new OnlineRequest(
                features,
                columns(rows),
                rows.stream().map(Row::asOfMicros).toList(),
                true,
                OnlineRequest.UnknownColumns.REFUSE);
        ReadPlan plan = plan(features);
        var keys = new RequestKeys(request, rows.size());
        RequestData.check(request, plan);
        keys.check(plan);
        var gaps = new ArrayList<Gap>();
        var views = new ArrayList<ViewRows>();
        for (ReadPlan.Part part : plan.parts()) {
            try {
                views.add(new Recomputing(part, keys.entities(part.view()), rows, gaps).compute());
            } catch (OfflineStoreException e) {
                throw new Refusal(
                        FeatureReason.OFFLINE_STORE_UNAVAILABLE,
                        "the offline store cannot be read: " + e.getMessage(),
                        e);
            }
        }
        List<FeatureTable> computed =
                plan.onDemand().compute(views, field -> RequestData.column(request, field), rows.size());
        List<Staleness> staleness = plan.parts().stream()
                .map(_ -> Staleness.of(OptionalLong.empty(), 0, -1))
                .toList();
        return new Recomputed(
                new OnlineAnswer(plan, rows.size(), keys.columns(plan), views, staleness, computed, false), gaps);
    }

    private ReadPlan plan(List<String> features) {
        try {
            return catalog.plan(features, true);
        } catch (Refusal refusal) {
            definitions.requireCurrentFor(refusal);
            throw refusal;
        }
    }

    private static Map<String, List<@Nullable FeatureValue>> columns(List<Row> rows) {
        Set<String> names = new HashSet<>();
        rows.forEach(row -> names.addAll(row.entity().keySet()));
        Map<String, List<@Nullable FeatureValue>> columns = new LinkedHashMap<>();
        names.stream().sorted().forEach(name -> {
            var column = new ArrayList<@Nullable FeatureValue>();
            rows.forEach(row -> column.add(row.entity().get(name)));
            columns.put(name, column);
        });
        return columns;
    }

    /** One view for all rows. */
    private final class Recomputing {
        private final FeatureView view;
        private final int[] features;
        private final List<@Nullable EntityKey> keys;
        private final List<Row> rows;
        private final List<Gap> gaps;
        private final FeatureTable table;

        Recomputing(ReadPlan.Part part, List<@Nullable EntityKey> keys, List<Row> rows, List<Gap> gaps) {
            this.view = part.view();
            this.features = part.features();
            this.keys = keys;
            this.rows = rows;
            this.gaps = gaps;
            this.table = new FeatureTable(rows.size(), features.length);
        }

        ViewRows compute() {
            var wanted = new HashSet<EntityKey>();
            long newest = Long.MIN_VALUE;
            for (int row = 0; row < rows.size(); row++) {
                EntityKey key = keys.get(row);
                if (key != null) {
                    wanted.add(key);
                    newest = Math.max(newest, rows.get(row).asOfMicros());
                    note(row, key);
                }
            }
            try (OfflineSnapshot snapshot = store.snapshot(view.id())) {
                requireReached(snapshot);
                var events = new Events(view);
                history.events(view, snapshot, wanted, newest, events);
                for (int row = 0; row < rows.size(); row++) {
                    EntityKey key = keys.get(row);
                    if (key != null) {
                        RowAnswer answer = events.at(key, rows.get(row).asOfMicros(), positions(row));
                        fill(row, answer);
                        noteExpired(row, answer, snapshot.expiredBefore());
                    }
                }
            }
            return new ViewRows(table, Map.of(), OptionalLong.empty());
        }

        private Map<Place, Long> positions(int row) {
            return rows.get(row).positions().getOrDefault(view.id().toString(), Map.of());
        }

        private void fill(int row, RowAnswer answer) {
            if (answer instanceof RowAnswer.Row found) {
                table.found(row, found.eventTimeMicros(), found.expired());
                for (int column = 0; column < features.length; column++) {
                    table.set(row, column, found.values().get(features[column]));
                }
            }
        }

        private void requireReached(OfflineSnapshot snapshot) {
            Map<Place, Long> reached = new HashMap<>();
            snapshot.positions()
                    .forEach((source, offset) -> reached.put(new Place(source.topicId(), source.partition()), offset));
            for (int row = 0; row < rows.size(); row++) {
                positions(row).forEach((place, offset) -> {
                    long now = reached.getOrDefault(place, 0L);
                    if (now < offset) {
                        throw new Refusal(
                                FeatureReason.OFFLINE_STORE_BEHIND,
                                "the offline store has the events of " + view.id() + " up to offset " + now
                                        + " of partition " + place.partition() + ", " + offset
                                        + " is needed: it is written every now and then, ask again");
                    }
                });
            }
        }

        private void note(int row, EntityKey key) {
            if (positions(row).isEmpty()) {
                gaps.add(new Gap(
                        row,
                        view.id(),
                        Why.NO_POSITIONS,
                        "no position of " + view.id() + " is given: another version of the view was read"));
            }
            Optional<Deletion> deletion = voids.deleted(view, key);
            deletion.ifPresent(deleted -> gaps.add(new Gap(
                    row,
                    view.id(),
                    Why.ENTITY_DELETED,
                    "the entity was deleted, asked for at " + deleted.requested() + ": its events are gone")));
        }

        private void noteExpired(int row, RowAnswer answer, Optional<LocalDate> expiredBefore) {
            if (expiredBefore.isEmpty()) {
                return;
            }
            Instant first = expiredBefore.get().atStartOfDay(ZoneOffset.UTC).toInstant();
            if (reachesBefore(
                    ChronoUnit.MICROS.between(Instant.EPOCH, first),
                    rows.get(row).asOfMicros(),
                    answer)) {
                gaps.add(new Gap(
                        row,
                        view.id(),
                        Why.RETENTION,
                        "the offline store no longer has the events of " + view.id() + " before " + first));
            }
        }

        /** Whether events before an instant may have counted: not where the newest event and all windows lie behind it. */
        private boolean reachesBefore(long firstMicros, long asOfMicros, RowAnswer answer) {
            if (!(answer instanceof RowAnswer.Row found) || found.eventTimeMicros() < firstMicros) {
                return true;
            }
            for (int feature : features) {
                if (view.features().get(feature).computation() instanceof Computation.Aggregated folded
                        && (folded.isUnbounded()
                                || Window.of(folded.window(), folded.hop()).tailAt(asOfMicros) < firstMicros - 1)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The events that counted online, each of them known from its position on. */
    private static final class Events implements Consumer<OfflineRow> {
        private final PointInTimeHistory events;
        private int count;

        Events(FeatureView view) {
            this.events = PointInTimeHistory.of(view, List.of());
        }

        @Override
        public void accept(OfflineRow row) {
            if (row.late()) {
                return;
            }
            if (++count > MAX_EVENTS) {
                throw new Refusal(
                        FeatureReason.TOO_MANY_EVENTS,
                        "the entities have more than " + MAX_EVENTS + " events: ask for fewer rows");
            }
            events.add(row.event());
        }

        RowAnswer at(EntityKey key, long asOfMicros, Map<Place, Long> positions) {
            return events.at(
                    key,
                    asOfMicros,
                    event ->
                            event.offset() < positions.getOrDefault(new Place(event.topicId(), event.partition()), 0L));
        }
    }
}
