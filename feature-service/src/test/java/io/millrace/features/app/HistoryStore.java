package io.millrace.features.app;

import io.millrace.features.app.NewestEvents.Newest;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** An online store in memory: all events, and nothing is ever dropped. Fails as often as it is told; a view is withheld where it is told that. */
public class HistoryStore implements DurableStore {
    /** How many of the next changes fail before anything is applied. */
    public final AtomicInteger failures = new AtomicInteger();

    /** How many of the next deletions fail. */
    public final AtomicInteger failuresToDrop = new AtomicInteger();

    private final Map<ViewId, String> withheld = new ConcurrentHashMap<>();
    private @Nullable HistoryStore beside;
    private final Map<ViewId, PointInTimeHistory> histories = new HashMap<>();
    private final Map<ViewId, Map<SourcePartition, Long>> positions = new HashMap<>();
    private final List<FeatureEvent> applied = new ArrayList<>();

    @Override
    public synchronized Map<SourcePartition, Long> positions(ViewId view) {
        return Map.copyOf(positions.getOrDefault(view, Map.of()));
    }

    /** Every event that was applied, in order. */
    public synchronized List<FeatureEvent> applied() {
        return List.copyOf(applied);
    }

    @Override
    public synchronized Applied apply(FeatureView view, Batch batch) {
        if (!batch.events().isEmpty() && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StoreUnavailableException("told to fail", null);
        }
        Map<SourcePartition, Long> at = positions.computeIfAbsent(view.id(), _ -> new HashMap<>());
        PointInTimeHistory history =
                histories.computeIfAbsent(view.id(), _ -> new PointInTimeHistory(ViewPlan.of(view)));
        int seen = 0;
        for (FeatureEvent event : batch.events()) {
            if (event.position().offset() < at.getOrDefault(event.position().source(), 0L)) {
                seen++;
            } else {
                history.add(event);
                applied.add(event);
            }
        }
        batch.next().forEach((partition, offset) -> at.merge(partition, offset, Math::max));
        return new Applied(batch.events().size() - seen, seen, 0);
    }

    @Override
    public synchronized void delete(FeatureView view, EntityKey key) {
        applied.removeIf(event -> event.key().equals(key));
        var history = new PointInTimeHistory(ViewPlan.of(view));
        applied.forEach(history::add);
        histories.put(view.id(), history);
    }

    @Override
    public synchronized List<ViewRows> read(List<ViewQuery> queries) {
        return queries.stream().map(this::read).toList();
    }

    private ViewRows read(ViewQuery query) {
        FeatureView view = query.view();
        PointInTimeHistory history =
                histories.computeIfAbsent(view.id(), _ -> new PointInTimeHistory(ViewPlan.of(view)));
        var table = new FeatureTable(query.rows(), query.features().length);
        for (int row = 0; row < query.rows(); row++) {
            EntityKey key = query.keys().get(row);
            if (key != null && history.at(key, query.asOfMicros()[row]) instanceof RowAnswer.Row found) {
                for (int column = 0; column < table.width(); column++) {
                    table.set(row, column, found.values().get(query.features()[column]));
                }
                table.found(row, found.eventTimeMicros(), found.expired());
            }
        }
        OptionalLong newest = applied.stream()
                .filter(event ->
                        positions(view.id()).containsKey(event.position().source()))
                .mapToLong(FeatureEvent::timeMicros)
                .max();
        return new ViewRows(table, positions(view.id()), newest);
    }

    @Override
    public synchronized void drop(ViewId view) {
        if (failuresToDrop.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new StoreUnavailableException("told to fail", null);
        }
        histories.remove(view);
        positions.remove(view);
    }

    @Override
    public void adopt(Collection<FeatureView> defined) {}

    @Override
    public Optional<String> withheld(ViewId view) {
        return Optional.ofNullable(withheld.get(view));
    }

    @Override
    public synchronized void withhold(ViewId view, String why) {
        withheld.put(view, why);
        histories.remove(view);
        positions.remove(view);
    }

    @Override
    public synchronized HistoryStore beside() {
        if (beside == null) {
            beside = new HistoryStore();
        }
        return beside;
    }

    @Override
    public synchronized boolean promote(FeatureView view) {
        HistoryStore built = beside();
        if (!built.positions.containsKey(view.id())) {
            return false;
        }
        positions.put(view.id(), built.positions.remove(view.id()));
        histories.put(view.id(), built.histories.remove(view.id()));
        withheld.remove(view.id());
        return true;
    }

    @Override
    public synchronized NewestEvents newest(FeatureView view) {
        Map<SourcePartition, Long> at = positions(view.id());
        if (at.isEmpty()) {
            return NewestEvents.NONE;
        }
        Map<EntityKey, Newest> found = new HashMap<>();
        applied.stream()
                .filter(event -> at.containsKey(event.position().source()))
                .sorted(Comparator.comparing(EventOrder::of))
                .forEach(event -> found.put(
                        event.key(), new Newest(event.key(), ViewPlan.of(view).observe(event))));
        var parts = List.of(List.copyOf(found.values())).iterator();
        return new NewestEvents() {
            @Override
            public String state() {
                return "history";
            }

            @Override
            public Map<SourcePartition, Long> positions() {
                return at;
            }

            @Override
            public boolean hasNext() {
                return parts.hasNext();
            }

            @Override
            public List<Newest> next() {
                return parts.next();
            }
        };
    }

    @Override
    public Optional<String> identity() {
        return Optional.empty();
    }

    @Override
    public Swept sweep(FeatureView view, BooleanSupplier pace) {
        return new Swept(0, 0);
    }

    @Override
    public void close() {}
}
