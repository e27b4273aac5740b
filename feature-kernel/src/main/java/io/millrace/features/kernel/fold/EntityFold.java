package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One entity's events fed in the order of their time, and answers asked in between: for training sets over more events than memory holds. An answer is that of the
 * online store and of {@link PointInTimeHistory} at the same instant, to the bit.
 *
 * <p>The use: {@code add} every event with a time up to T, then ask for T, then add on. Events of equal time may come in any order; an event that comes twice must not be added
 * twice, except directly behind itself, where it counts once. {@link #clear} begins another entity.
 *
 * <p>It keeps no events but the newest. Of each window it keeps one state for each fold and each of its hops that has events: at most (window / hop + 1) · folds states, some 100 to 700 for default
 * hops, whatever the number of events. An event costs one addition for each fold and different hop; an answer costs two merges for each fold and window; a hop that passes costs some
 * three merges for each fold and window, spread over its events. Not thread-safe: one for each thread.
 */
public final class EntityFold {
    private final ViewPlan plan;
    private final List<Stream> streams = new ArrayList<>();
    private final SlidingWindow[] windows;
    private final HopStates[] current;

    private @Nullable Observation newest;
    private long fedMicros = Long.MIN_VALUE;
    private long askedMicros = Long.MIN_VALUE;

    /** All windows of one hop: they share the states of the hop that is being filled. */
    private record Stream(HopStates states, List<SlidingWindow> windows) {}

    public EntityFold(ViewPlan plan) {
        this.plan = plan;
        this.windows = new SlidingWindow[plan.windows().size()];
        this.current = new HopStates[windows.length];
        Map<Long, TreeSet<Integer>> foldsOfHop = new HashMap<>();
        Map<Integer, TreeSet<Integer>> foldsOfWindow = new HashMap<>();
        for (FeaturePlan feature : plan.features()) {
            if (feature instanceof FeaturePlan.Windowed windowed) {
                Window window = plan.windows().get(windowed.window());
                foldsOfHop.computeIfAbsent(hop(window), _ -> new TreeSet<>()).add(windowed.fold());
                foldsOfWindow
                        .computeIfAbsent(windowed.window(), _ -> new TreeSet<>())
                        .add(windowed.fold());
            }
        }
        foldsOfHop.forEach((hop, folds) -> {
            var ofHop = new ArrayList<SlidingWindow>();
            var states = new HopStates(hop, plan.folds(), folds);
            foldsOfWindow.forEach((place, own) -> {
                Window window = plan.windows().get(place);
                if (hop(window) == hop) {
                    windows[place] = new SlidingWindow(window, plan.folds(), own);
                    current[place] = states;
                    ofHop.add(windows[place]);
                }
            });
            streams.add(new Stream(states, ofHop));
        });
    }

    /** An unbounded window has one hop that never ends. */
    private static long hop(Window window) {
        return window.isUnbounded() ? Long.MAX_VALUE : window.hopMicros();
    }

    /** Forgets all events: what follows is another entity. */
    public void clear() {
        newest = null;
        fedMicros = Long.MIN_VALUE;
        askedMicros = Long.MIN_VALUE;
        for (Stream stream : streams) {
            stream.states().begin(Long.MIN_VALUE);
            stream.windows().forEach(SlidingWindow::clear);
        }
    }

    /**
     * Adds an event; its key is not looked at.
     *
     * @throws IllegalArgumentException where it is older than the event before, or not newer than an instant that was asked for
     */
    public void add(FeatureEvent event) {
        add(plan.observe(event));
    }

    /**
     * Adds an event whose conditions are decided.
     *
     * @throws IllegalArgumentException where it is older than the event before, or not newer than an instant that was asked for
     */
    public void add(Observation event) {
        long time = event.order().timeMicros();
        if (time < fedMicros || time <= askedMicros) {
            throw new IllegalArgumentException("an event of " + time + " after one of " + fedMicros
                    + " and an answer for " + askedMicros + ": events come in the order of time");
        }
        Observation before = newest;
        if (before != null) {
            int compared = event.order().compareTo(before.order());
            if (compared == 0) {
                return;
            }
            newest = compared > 0 ? event : before;
        } else {
            newest = event;
        }
        fedMicros = time;
        for (Stream stream : streams) {
            HopStates states = stream.states();
            long number = states.numberOf(time);
            if (number != states.number()) {
                close(stream);
                states.begin(number);
                for (SlidingWindow window : stream.windows()) {
                    window.forgetBefore(time);
                }
            }
            states.add(event);
        }
    }

    private static void close(Stream stream) {
        HopStates states = stream.states();
        if (states.isEmpty()) {
            return;
        }
        @Nullable AggregationState[] closed = states.take();
        for (SlidingWindow window : stream.windows()) {
            window.push(states.number(), closed);
        }
    }

    /**
     * All features of the view.
     *
     * @param asOfMicros inclusive; not before an earlier question. All events up to then have been added and none after
     * @throws IllegalArgumentException where an event after the instant has been added, or a later instant was asked for
     */
    public RowAnswer at(long asOfMicros) {
        Observation last = ask(asOfMicros);
        if (last == null) {
            return new RowAnswer.Missing();
        }
        var cells = cells();
        var values = new ArrayList<@Nullable FeatureValue>(plan.features().size());
        for (FeaturePlan feature : plan.features()) {
            values.add(value(feature, last, cells));
        }
        long eventTime = last.order().timeMicros();
        return new RowAnswer.Row(values, eventTime, plan.isExpired(eventTime, asOfMicros));
    }

    /**
     * Writes some of the features into a row; one that is missing stays as it is.
     *
     * @param asOfMicros as for {@link #at}
     * @param chosen places of features in the view, one per column of the table
     */
    public void at(long asOfMicros, int[] chosen, FeatureTable into, int row) {
        Observation last = ask(asOfMicros);
        if (last == null) {
            return;
        }
        var cells = cells();
        for (int column = 0; column < chosen.length; column++) {
            into.set(row, column, value(plan.features().get(chosen[column]), last, cells));
        }
        long eventTime = last.order().timeMicros();
        into.found(row, eventTime, plan.isExpired(eventTime, asOfMicros));
    }

    private @Nullable Observation ask(long asOfMicros) {
        if (asOfMicros < fedMicros || asOfMicros < askedMicros) {
            throw new IllegalArgumentException("an answer for " + asOfMicros + " after an event of " + fedMicros
                    + " and an answer for " + askedMicros + ": questions come in the order of time");
        }
        askedMicros = asOfMicros;
        for (Stream stream : streams) {
            for (SlidingWindow window : stream.windows()) {
                window.forgetBefore(asOfMicros);
            }
        }
        return newest;
    }

    private @Nullable AggregationState[] cells() {
        return new @Nullable AggregationState[windows.length * plan.folds().size()];
    }

    private @Nullable FeatureValue value(FeaturePlan feature, Observation last, @Nullable AggregationState[] cells) {
        return switch (feature) {
            case FeaturePlan.Newest(int field) -> last.fields().get(field);
            case FeaturePlan.Windowed windowed -> {
                int cell = windowed.window() * plan.folds().size() + windowed.fold();
                AggregationState state = cells[cell];
                if (state == null) {
                    state = folded(windowed);
                    cells[cell] = state;
                }
                yield plan.valued(windowed, state);
            }
        };
    }

    private AggregationState folded(FeaturePlan.Windowed cell) {
        SlidingWindow window = windows[cell.window()];
        AggregationState state = plan.folds().get(cell.fold()).empty();
        window.mergeInto(cell.fold(), state);
        current[cell.window()].mergeInto(cell.fold(), state, window.firstNumber(askedMicros));
        return state;
    }
}
