package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * One entity's events in any order, where the instants that are asked about are known before the first event. Events between two instants at which no
 * question looks and no question's window begins are folded into one: what is kept grows with the questions, not with the events. The answers are those of
 * {@link PointInTimeHistory} to the bit, because states do not depend on how events are grouped. An event that is added twice counts twice. Not thread-safe.
 */
public final class AskedHistory {
    /** So many events between two instants are kept as they are, which is less than a state for each fold. */
    private static final int FEW = 8;

    private final ViewPlan plan;
    private long[] bounds = {};
    private final NavigableMap<Integer, Span> spans = new TreeMap<>();

    /** The events behind one bound and up to the next. */
    private final class Span {
        private final List<Observation> few = new ArrayList<>(1);
        private @Nullable Tile folded;
        private @Nullable Observation newest;

        void add(Observation event) {
            if (newest == null || event.order().compareTo(newest.order()) > 0) {
                newest = event;
            }
            if (folded != null) {
                folded.add(event);
                return;
            }
            few.add(event);
            if (few.size() > FEW) {
                Tile tile = plan.emptyTile();
                few.forEach(tile::add);
                few.clear();
                folded = tile;
            }
        }

        void mergeInto(AggregationState state, int place) {
            Tile tile = folded;
            if (tile != null) {
                state.merge(tile.state(place));
                return;
            }
            Fold fold = plan.folds().get(place);
            few.forEach(event -> fold.add(event, state));
        }
    }

    public AskedHistory(ViewPlan plan) {
        this.plan = plan;
    }

    /**
     * Begins another entity.
     *
     * @param instants those that will be asked about, in any order, microseconds since the epoch
     */
    public void begin(long[] instants) {
        spans.clear();
        LongStream all = Arrays.stream(instants);
        for (Window window : plan.windows()) {
            all = LongStream.concat(all, Arrays.stream(instants).map(window::tailAt));
        }
        bounds = all.sorted().distinct().toArray();
    }

    public void add(FeatureEvent event) {
        int place = Arrays.binarySearch(bounds, event.timeMicros());
        int bound = place >= 0 ? place : -place - 1;
        if (bound < bounds.length) {
            spans.computeIfAbsent(bound, _ -> new Span()).add(plan.observe(event));
        }
    }

    /**
     * Writes some features at an instant, of all events that were added so far, into a row of missing values.
     *
     * @param asOfMicros one of the instants that were named
     * @param chosen places of features in the view, one per column of the table
     */
    public void at(long asOfMicros, int[] chosen, FeatureTable into, int row) {
        int last = placeOf(asOfMicros);
        Map.Entry<Integer, Span> latest = spans.floorEntry(last);
        Observation newest = latest == null ? null : latest.getValue().newest;
        if (newest == null) {
            return;
        }
        var cells = new @Nullable
                AggregationState[plan.windows().size() * plan.folds().size()];
        for (int column = 0; column < chosen.length; column++) {
            into.set(
                    row,
                    column,
                    switch (plan.features().get(chosen[column])) {
                        case FeaturePlan.Newest(int field) -> newest.fields().get(field);
                        case FeaturePlan.Windowed windowed -> {
                            int cell = windowed.window() * plan.folds().size() + windowed.fold();
                            AggregationState state = cells[cell];
                            if (state == null) {
                                state = folded(windowed, asOfMicros, last);
                                cells[cell] = state;
                            }
                            yield plan.valued(windowed, state);
                        }
                    });
        }
        long eventTime = newest.order().timeMicros();
        into.found(row, eventTime, plan.isExpired(eventTime, asOfMicros));
    }

    /** How many groups of events are kept; never more than there are different instants and beginnings of windows. */
    int kept() {
        return spans.size();
    }

    private AggregationState folded(FeaturePlan.Windowed windowed, long asOfMicros, int last) {
        AggregationState state = plan.folds().get(windowed.fold()).empty();
        int first = placeOf(plan.windows().get(windowed.window()).tailAt(asOfMicros));
        spans.subMap(first, false, last, true).values().forEach(span -> span.mergeInto(state, windowed.fold()));
        return state;
    }

    private int placeOf(long bound) {
        int place = Arrays.binarySearch(bounds, bound);
        if (place < 0) {
            throw new IllegalArgumentException(bound + " was not named among the instants that are asked about");
        }
        return place;
    }
}
