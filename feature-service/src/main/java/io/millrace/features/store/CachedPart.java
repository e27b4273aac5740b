package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureRow;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One view of a read of {@link CachedReads}: what is kept of it, and what has to be read. */
final class CachedPart {
    private static final FeatureTable NOTHING = new FeatureTable(0, 0);

    private final ViewQuery query;
    private final @Nullable EntityRow[] entities;
    private final ViewPlan plan;
    private final ViewShelf shelf;
    private final CachedRows rows;
    private final ViewShelf.Moment begin;
    private final @Nullable ViewRows state;
    private final FeatureTable table;
    private final CachedRows.@Nullable Key[] missed;
    private int missing;
    private int @Nullable [] asked;

    /** @param entities the query's keys */
    CachedPart(
            ViewQuery query,
            @Nullable EntityRow[] entities,
            ViewPlan plan,
            ViewShelf shelf,
            boolean isWithheld,
            CachedRows rows) {
        this.query = query;
        this.entities = entities;
        this.plan = plan;
        this.shelf = shelf;
        this.rows = rows;
        this.begin = shelf.now();
        this.state = isWithheld ? null : begin.state();
        this.table = new FeatureTable(query.rows(), query.features().length);
        this.missed = new CachedRows.@Nullable Key[query.rows()];
    }

    /** The keys of the query, which those of another view with the same join keys can share. */
    @Nullable
    EntityRow[] entities() {
        return entities;
    }

    /** Whether the query is for the very keys of this one. */
    @SuppressWarnings("ReferenceEquality") // reason: lists that are equal but not the same are worth no comparison
    boolean isFor(ViewQuery other) {
        return query.keys() == other.keys();
    }

    /** Takes what is kept; whether that is all. */
    boolean find() {
        long earliest = state == null ? Long.MAX_VALUE : Answers.earliest(plan, state.newestMicros());
        for (int row = 0; row < query.rows(); row++) {
            EntityRow entity = entities[row];
            if (entity != null) {
                var key = new CachedRows.Key(begin.life(), entity);
                long asOf = query.asOfMicros()[row];
                FeatureRow kept = asOf < earliest ? null : kept(key, asOf);
                if (kept == null) {
                    missed[row] = key;
                    missing++;
                } else {
                    table.paste(row, kept, false);
                }
            }
        }
        return state != null && missing == 0;
    }

    private @Nullable FeatureRow kept(CachedRows.Key key, long asOf) {
        FeatureRow row = rows.find(key, query.features());
        boolean isOld = row == null;
        if (row == null) {
            row = rows.findOld(key, query.features());
        }
        if (row == null || !row.holdsAt(asOf) || row.isFound() && plan.isExpired(row.eventTimeMicros(), asOf)) {
            return null;
        }
        if (isOld) {
            shelf.whileAsAt(begin, () -> rows.renew(key));
        }
        return row;
    }

    boolean isUnchanged() {
        return shelf.isAsAt(begin);
    }

    ViewRows answer() {
        ViewRows known = Objects.requireNonNull(state);
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
        for (int row = 0; row < missed.length; row++) {
            if (missed[row] != null) {
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
        shelf.whileAsAt(begin, () -> keep(read));
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
        shelf.know(new ViewRows(NOTHING, read.positions(), read.newestMicros()));
        for (int i = 0; i < read.table().rows(); i++) {
            CachedRows.Key key = missed[asked == null ? i : asked[i]];
            FeatureRow row = read.table().copy(i, shelf.anyRow());
            if (key != null && row != null) {
                rows.put(key, query.features(), row);
                shelf.anyRow(row);
            }
        }
    }
}
