package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.EncodingException;
import io.millrace.features.kernel.encoding.ValueEncoding;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.TileRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes some features of what a store finds of one entity after another. What is written is merged as it stands there: no object is made for a state of a tile, a fold that is not asked for is
 * passed over. For each row {@link #begin}, then all that there is, in any order, then {@link #finish}. Used by one thread.
 */
public final class CoverFold {
    private static final int[] NONE = {};

    private final ViewPlan plan;
    private final List<Fold> folds;
    private final int[] chosen;

    /** By window and fold, whether a feature is made of it. */
    private final boolean[] needed;

    /** By window, behind which fold there is nothing that is needed. */
    private final int[] ends;

    /** By field of events, the columns that are its value in the newest event. */
    private final int[][] columnsOfFields;

    private final @Nullable AggregationState[] cells;

    /** By window, before all of its events that were found; {@link Long#MAX_VALUE} where none was. */
    private final long[] firsts;

    private List<List<TileRun>> runs = List.of();
    private Share[][] shares = {};
    private FeatureTable table = new FeatureTable(0, 0);
    private int row;
    private long asOfMicros;
    private long headMicros;
    private boolean found;
    private long eventTime;

    /** The tiles of a level that belong to a window. */
    private record Share(int window, long from, long to) {}

    /** @param chosen places of features in the view, one per column of the tables */
    public CoverFold(ViewPlan plan, int[] chosen) {
        this.plan = plan;
        this.folds = plan.folds();
        this.chosen = chosen;
        int windows = plan.windows().size();
        this.needed = new boolean[windows * folds.size()];
        this.ends = new int[windows];
        this.columnsOfFields = new int[plan.view().fields().size()][];
        Arrays.fill(columnsOfFields, NONE);
        this.cells = new AggregationState[needed.length];
        this.firsts = new long[windows];
        for (int column = 0; column < chosen.length; column++) {
            switch (plan.features().get(chosen[column])) {
                case FeaturePlan.Newest(int field) -> {
                    int[] before = columnsOfFields[field];
                    int[] more = Arrays.copyOf(before, before.length + 1);
                    more[before.length] = column;
                    columnsOfFields[field] = more;
                }
                case FeaturePlan.Windowed windowed -> {
                    needed[cell(windowed)] = true;
                    ends[windowed.window()] = Math.max(ends[windowed.window()], windowed.fold() + 1);
                }
            }
        }
    }

    /** What must be found for a read at an instant. */
    public Cover cover(long at) {
        return plan.cover(at, window -> ends[window] > 0);
    }

    /** The next row: nothing is known of it yet. */
    public void begin(Cover cover, FeatureTable into, int intoRow) {
        Arrays.fill(cells, null);
        Arrays.fill(firsts, Long.MAX_VALUE);
        if (!isSame(cover.byWindow(), runs)) {
            runs = cover.byWindow();
            shares = shares(runs);
        }
        asOfMicros = cover.asOfMicros();
        headMicros = cover.headMicros();
        table = into;
        row = intoRow;
        found = false;
    }

    @SuppressWarnings("ReferenceEquality") // reason: covers of one stretch of time share their runs
    private static boolean isSame(List<List<TileRun>> a, List<List<TileRun>> b) {
        return a == b;
    }

    private Share[][] shares(List<List<TileRun>> byWindow) {
        var byLevel = new ArrayList<List<Share>>();
        plan.levels().micros().forEach(_ -> byLevel.add(new ArrayList<>()));
        for (int window = 0; window < byWindow.size(); window++) {
            for (TileRun run : byWindow.get(window)) {
                byLevel.get(run.level()).add(new Share(window, run.from(), run.to()));
            }
        }
        return byLevel.stream().map(level -> level.toArray(Share[]::new)).toArray(Share[][]::new);
    }

    /**
     * The newest event at or before the instant; a row without one is missing.
     *
     * @param in what {@link Observation#writeContent} wrote
     */
    public void newest(long timeMicros, ByteReader in) {
        found = true;
        eventTime = timeMicros;
        int fields = Observation.beginContent(in);
        int last = columnsOfFields.length - 1;
        while (last >= 0 && columnsOfFields[last].length == 0) {
            last--;
        }
        for (int field = 0; field <= Math.min(last, fields - 1); field++) {
            int[] columns = columnsOfFields[field];
            if (columns.length == 0) {
                ValueEncoding.skip(in);
            }
            int from = in.at();
            for (int column : columns) {
                ValueEncoding.read(in.from(from), table, row, column);
            }
        }
    }

    /** The same for an event that was read. */
    public void newest(Observation event) {
        found = true;
        eventTime = event.order().timeMicros();
        for (int field = 0; field < columnsOfFields.length; field++) {
            for (int column : columnsOfFields[field]) {
                table.set(row, column, event.fields().get(field));
            }
        }
    }

    /**
     * A tile; it may be one that no window has.
     *
     * @param in what {@link Tile#toBytes} wrote, up to its end
     */
    public void tile(int level, long number, ByteReader in) {
        int from = in.at();
        for (Share share : shares[level]) {
            if (number >= share.from && number < share.to) {
                firsts[share.window] = Math.min(
                        firsts[share.window], number * plan.levels().micros().get(level));
                merge(share.window, in.from(from));
            }
        }
    }

    private void merge(int window, ByteReader in) {
        Tile.readHead(folds, in);
        int first = window * folds.size();
        int end = ends[window];
        for (int fold = 0; fold < end; fold++) {
            if (needed[first + fold]) {
                state(first + fold, fold).mergeWritten(in, folds.get(fold));
            } else {
                folds.get(fold).skip(in);
            }
        }
        if (end == folds.size() && !in.atEnd()) {
            throw new EncodingException("bytes behind the last state of a tile");
        }
    }

    /** A single event in (head, as of]. */
    public void head(Observation event) {
        for (int window = 0; window < ends.length; window++) {
            firsts[window] = Math.min(firsts[window], headMicros);
            int first = window * folds.size();
            for (int fold = 0; fold < ends[window]; fold++) {
                if (needed[first + fold]) {
                    folds.get(fold).add(event, state(first + fold, fold));
                }
            }
        }
    }

    private AggregationState state(int cell, int fold) {
        AggregationState state = cells[cell];
        if (state == null) {
            state = folds.get(fold).empty();
            cells[cell] = state;
        }
        return state;
    }

    /** Writes the row. */
    public void finish() {
        if (!found) {
            return;
        }
        for (int column = 0; column < chosen.length; column++) {
            if (plan.features().get(chosen[column]) instanceof FeaturePlan.Windowed windowed) {
                table.set(row, column, plan.valued(windowed, state(cell(windowed), windowed.fold())));
            }
        }
        table.found(row, eventTime, plan.isExpired(eventTime, asOfMicros));
    }

    /**
     * Behind the last instant, from that of the read on, at which the row has the values that it has, as long as nothing is applied to it and there is nothing of it behind that instant: when the tail of a window that is read passes
     * the first event that was found in it, to the tile. {@link Long#MAX_VALUE} where that never happens.
     */
    public long unchangedTo() {
        long to = Long.MAX_VALUE;
        for (int window = 0; window < firsts.length; window++) {
            if (ends[window] > 0 && firsts[window] < Long.MAX_VALUE) {
                to = Math.min(to, plan.windows().get(window).tailPasses(firsts[window]));
            }
        }
        return to;
    }

    private int cell(FeaturePlan.Windowed windowed) {
        return windowed.window() * folds.size() + windowed.fold();
    }
}
