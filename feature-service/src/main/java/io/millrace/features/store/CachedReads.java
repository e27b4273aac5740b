package io.millrace.features.store;

import io.millrace.features.app.DurableStore;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureRow;
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
import org.jspecify.annotations.Nullable;

/**
 * A store of one replica with the rows in memory that were read lately. A row is kept as it was answered, with the instants for which it has these values: from its newest event
 * on until a window's tail next moves. A change of a row forgets it before it is written.
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
    private final ConcurrentMap<ViewId, Shelf> shelves = new ConcurrentHashMap<>();
    private final ConcurrentMap<ViewId, FeatureView> adopted = new ConcurrentHashMap<>();

    /** @param bytes about how much memory may be used */
    CachedReads(DurableStore store, Plans plans, long bytes) {
        this.store = store;
        this.plans = plans;
        this.rows = new CachedRows(bytes);
    }

    /** What is known of a view version. Written while this object is held. */
    private static final class Shelf {
        volatile long begun;
        volatile long ended;

        /** What its rows are kept under; another one once they are all to be forgotten. */
        volatile Object life = new Object();

        /** Positions and newest event; null behind a change. The table is empty. */
        volatile @Nullable ViewRows state;
    }

    /** Says of a row that has no events after the instant for which instants it is the same. */
    static void noteSpan(ViewPlan plan, FeatureTable table, int row, long asOfMicros) {
        if (table.state(row) == FeatureTable.State.MISSING) {
            table.unchanged(row, Long.MIN_VALUE, Long.MAX_VALUE);
        } else {
            table.unchanged(
                    row,
                    Math.max(table.eventTimeMicros(row), plan.tailsUnchangedFrom(asOfMicros)),
                    plan.tailsUnchangedTo(asOfMicros));
        }
    }

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return store.positions(view);
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        Shelf shelf = shelf(view.id());
        return changing(
                shelf,
                () -> {
                    for (FeatureEvent event : batch.events()) {
                        rows.remove(new CachedRows.Key(shelf.life, EntityRow.of(event.key())));
                    }
                },
                () -> store.apply(view, batch));
    }

    @Override
    public void delete(FeatureView view, EntityKey key) {
        Shelf shelf = shelf(view.id());
        changing(shelf, () -> rows.remove(new CachedRows.Key(shelf.life, EntityRow.of(key))), () -> {
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
        var changed = new ArrayList<Shelf>();
        for (FeatureView view : defined) {
            if (!view.equals(adopted.put(view.id(), view))) {
                Shelf shelf = shelf(view.id());
                begin(shelf, () -> shelf.life = new Object());
                changed.add(shelf);
            }
        }
        try {
            store.adopt(defined);
        } finally {
            changed.forEach(CachedReads::end);
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
        var parts = new ArrayList<Part>(queries.size());
        boolean complete = true;
        for (ViewQuery query : queries) {
            var part = new Part(query);
            complete &= part.find();
            parts.add(part);
        }
        if (complete && parts.stream().allMatch(Part::isUnchanged)) {
            return parts.stream().map(Part::answer).toList();
        }
        List<ViewRows> read = store.read(parts.stream().map(Part::rest).toList());
        if (!parts.stream().allMatch(Part::isUnchanged)) {
            return store.read(queries);
        }
        var answers = new ArrayList<ViewRows>(read.size());
        for (int i = 0; i < parts.size(); i++) {
            answers.add(parts.get(i).with(read.get(i)));
        }
        return answers;
    }

    /** Runs a change of a view: {@code forget} before it, with nothing kept in between. */
    private <T> T changing(Shelf shelf, Runnable forget, Supplier<T> change) {
        begin(shelf, forget);
        try {
            return change.get();
        } finally {
            end(shelf);
        }
    }

    private static void begin(Shelf shelf, Runnable forget) {
        synchronized (shelf) {
            shelf.begun++;
            shelf.state = null;
            forget.run();
        }
    }

    private static void end(Shelf shelf) {
        synchronized (shelf) {
            shelf.ended++;
        }
    }

    /** Runs a change of a whole view. */
    private <T> T changingAll(ViewId view, Supplier<T> change) {
        Shelf shelf = shelf(view);
        return changing(shelf, () -> shelf.life = new Object(), change);
    }

    private Shelf shelf(ViewId view) {
        Shelf shelf = shelves.get(view);
        return shelf != null ? shelf : shelves.computeIfAbsent(view, _ -> new Shelf());
    }

    /** One view of a read. */
    private final class Part {
        private final ViewQuery query;
        private final ViewPlan plan;
        private final Shelf shelf;
        private final long ended;
        private final long begun;
        private final Object life;
        private final @Nullable ViewRows state;
        private final FeatureTable table;
        private final CachedRows.@Nullable Key[] keys;
        private int missing;
        private int @Nullable [] asked;

        Part(ViewQuery query) {
            this.query = query;
            this.plan = plans.of(query.view());
            this.shelf = shelf(query.view().id());
            this.ended = shelf.ended;
            this.begun = shelf.begun;
            this.life = shelf.life;
            this.state = store.withheld(query.view().id()).isPresent() ? null : shelf.state;
            this.table = new FeatureTable(query.rows(), query.features().length);
            this.keys = new CachedRows.@Nullable Key[query.rows()];
        }

        /** Takes what is kept; whether that is all. */
        boolean find() {
            long earliest = state == null ? Long.MIN_VALUE : Answers.earliest(plan, state.newestMicros());
            for (int row = 0; row < query.rows(); row++) {
                EntityKey entity = query.keys().get(row);
                if (entity != null) {
                    find(row, new CachedRows.Key(life, EntityRow.of(entity)), query.asOfMicros()[row], earliest);
                }
            }
            return state != null && missing == 0;
        }

        private void find(int row, CachedRows.Key key, long asOf, long earliest) {
            FeatureRow kept = state == null || asOf < earliest ? null : rows.find(key, query.features());
            if (kept != null
                    && kept.holdsAt(asOf)
                    && !(kept.isFound() && plan.isExpired(kept.eventTimeMicros(), asOf))) {
                table.paste(row, kept, false);
                renew(key);
            } else {
                keys[row] = key;
                missing++;
            }
        }

        private void renew(CachedRows.Key key) {
            if (rows.isOld(key)) {
                synchronized (shelf) {
                    if (isUnchanged()) {
                        rows.renew(key);
                    }
                }
            }
        }

        boolean isUnchanged() {
            return ended == begun && shelf.begun == begun;
        }

        ViewRows answer() {
            ViewRows known = java.util.Objects.requireNonNull(state);
            return new ViewRows(table, known.positions(), known.newestMicros());
        }

        /** What is still to be read; nothing but the positions where all rows are there. */
        ViewQuery rest() {
            if (missing == query.rows()) {
                return query;
            }
            int[] places = new int[missing];
            long[] instants = new long[missing];
            var entities = new ArrayList<@Nullable EntityKey>(missing);
            int next = 0;
            for (int row = 0; row < keys.length; row++) {
                if (keys[row] != null) {
                    places[next] = row;
                    instants[next] = query.asOfMicros()[row];
                    entities.add(query.keys().get(row));
                    next++;
                }
            }
            asked = places;
            return new ViewQuery(query.view(), query.features(), entities, instants);
        }

        /** Puts what was read beside what was kept, and keeps it. Only where nothing was changed meanwhile. */
        ViewRows with(ViewRows read) {
            FeatureTable from = read.table();
            keep(read);
            int[] places = asked;
            if (places == null) {
                return read;
            }
            for (int i = 0; i < places.length; i++) {
                table.take(places[i], from, i);
            }
            return new ViewRows(table, read.positions(), read.newestMicros());
        }

        private void keep(ViewRows read) {
            synchronized (shelf) {
                if (shelf.begun != begun) {
                    return;
                }
                shelf.state = new ViewRows(new FeatureTable(0, 0), read.positions(), read.newestMicros());
                for (int i = 0; i < read.table().rows(); i++) {
                    CachedRows.Key key = keys[asked == null ? i : asked[i]];
                    FeatureRow row = read.table().copy(i);
                    if (key != null && row != null) {
                        rows.put(key, query.features(), row);
                    }
                }
            }
        }
    }
}
