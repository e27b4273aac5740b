package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A store of one replica with the rows in memory that were read lately. A row is kept as it was answered, with the instants for which it has these values: from its newest event
 * on until the tail of a window passes the first event of the row in it. A change of a row forgets it before it is written.
 *
 * <p>An answer is of one state of the store: of each view it is counted how many changes have begun and how many have ended. Where no change of any view that is read was under way and
 * none has begun since, what was found here and what the store gave belong together; else all is read again from one snapshot of the store.
 *
 * <p>Every change of rows has to go through this object, or be one that no reader can tell.
 */
final class CachedReads implements DurableStore {
    private final DurableStore store;
    private final CachedRows rows;
    private final Plans plans;
    private final ConcurrentMap<ViewId, ViewShelf> shelves = new ConcurrentHashMap<>();
    private final ConcurrentMap<ViewId, FeatureView> adopted = new ConcurrentHashMap<>();

    /** @param bytes about how much memory may be used */
    CachedReads(DurableStore store, Plans plans, long bytes) {
        this.store = store;
        this.plans = plans;
        this.rows = new CachedRows(bytes);
    }

    /**
     * Says of a row that has no events after the instant for which instants it is the same.
     *
     * @param toMicros behind the last of them
     */
    static void noteSpan(ViewPlan plan, FeatureTable table, int row, long asOfMicros, long toMicros) {
        if (table.state(row) == FeatureTable.State.MISSING) {
            table.unchanged(row, Long.MIN_VALUE, Long.MAX_VALUE);
        } else {
            table.unchanged(row, Math.max(table.eventTimeMicros(row), plan.tailsUnchangedFrom(asOfMicros)), toMicros);
        }
    }

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return store.positions(view);
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        ViewShelf shelf = shelf(view.id());
        return changing(
                shelf,
                () -> {
                    if (shelf.anyRow() != null) {
                        forget(shelf, batch);
                    }
                },
                () -> store.apply(view, batch));
    }

    private void forget(ViewShelf shelf, Batch batch) {
        var scratch = new ByteWriter();
        for (FeatureEvent event : batch.events()) {
            rows.remove(new CachedRows.Key(shelf.life(), EntityRow.of(event.key(), scratch)));
        }
    }

    @Override
    public void delete(FeatureView view, EntityKey key) {
        ViewShelf shelf = shelf(view.id());
        changing(shelf, () -> rows.remove(new CachedRows.Key(shelf.life(), EntityRow.of(key))), () -> {
            store.delete(view, key);
            return true;
        });
    }

    @Override
    public void drop(ViewId view) {
        changingAll(view, () -> {
            store.drop(view);
            plans.forget(view);
            return true;
        });
    }

    @Override
    public void adopt(Collection<FeatureView> defined) {
        var changed = new ArrayList<ViewShelf>();
        for (FeatureView view : defined) {
            if (!view.equals(adopted.put(view.id(), view))) {
                ViewShelf shelf = shelf(view.id());
                shelf.begin(shelf::forgetAll);
                changed.add(shelf);
            }
        }
        try {
            store.adopt(defined);
        } finally {
            changed.forEach(ViewShelf::end);
        }
    }

    @Override
    public Optional<String> withheld(ViewId view) {
        return store.withheld(view);
    }

    @Override
    public void withhold(ViewId view, String why) {
        changingAll(view, () -> {
            store.withhold(view, why);
            return true;
        });
    }

    /** What is built beside is read by nobody. */
    @Override
    public OnlineStore beside() {
        return store.beside();
    }

    @Override
    public boolean promote(FeatureView view) {
        return changingAll(view.id(), () -> store.promote(view));
    }

    /** What is swept is seen by no read, but for rows that are forgotten altogether. */
    @Override
    public Swept sweep(FeatureView view, BooleanSupplier pace) {
        Swept swept = store.sweep(view, pace);
        if (swept.deleted() > 0) {
            changingAll(view.id(), () -> true);
        }
        return swept;
    }

    @Override
    public NewestEvents newest(FeatureView view) {
        return store.newest(view);
    }

    @Override
    public Optional<String> identity() {
        return store.identity();
    }

    /** The store that is read where nothing is kept. */
    DurableStore behind() {
        return store;
    }

    /** Forgets every row: the store is exchanged for another state of it. */
    void forgetAll() {
        adopted.clear();
        shelves.keySet().forEach(view -> changingAll(view, () -> true));
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        var parts = new ArrayList<CachedPart>(queries.size());
        boolean complete = true;
        for (ViewQuery query : queries) {
            ViewId view = query.view().id();
            var part = new CachedPart(
                    query,
                    !parts.isEmpty() && parts.getLast().isFor(query)
                            ? parts.getLast().entities()
                            : EntityRow.of(query.keys()),
                    plans.of(query.view()),
                    shelf(view),
                    store.withheld(view).isPresent(),
                    rows);
            complete &= part.find();
            parts.add(part);
        }
        if (complete && parts.stream().allMatch(CachedPart::isUnchanged)) {
            return parts.stream().map(CachedPart::answer).toList();
        }
        List<ViewRows> read = store.read(parts.stream().map(CachedPart::rest).toList());
        if (!parts.stream().allMatch(CachedPart::isUnchanged)) {
            return store.read(queries);
        }
        var answers = new ArrayList<ViewRows>(read.size());
        for (int i = 0; i < parts.size(); i++) {
            answers.add(parts.get(i).with(read.get(i)));
        }
        return answers;
    }

    /** Runs a change of a view: {@code forget} before it, with nothing kept in between. */
    private <T> T changing(ViewShelf shelf, Runnable forget, Supplier<T> change) {
        shelf.begin(forget);
        try {
            return change.get();
        } finally {
            shelf.end();
        }
    }

    /** Runs a change of a whole view. */
    private <T> T changingAll(ViewId view, Supplier<T> change) {
        ViewShelf shelf = shelf(view);
        return changing(shelf, shelf::forgetAll, change);
    }

    private ViewShelf shelf(ViewId view) {
        ViewShelf shelf = shelves.get(view);
        return shelf != null ? shelf : shelves.computeIfAbsent(view, _ -> new ViewShelf());
    }
}
