package io.millrace.features.kernel.fold;

import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.Feature;
import io.millrace.features.kernel.condition.Condition;
import io.millrace.features.kernel.state.AggregationState;
import io.millrace.features.kernel.state.CategoryState;
import io.millrace.features.kernel.state.EventOrder;
import io.millrace.features.kernel.state.Fold;
import io.millrace.features.kernel.state.Observation;
import io.millrace.features.kernel.window.Levels;
import io.millrace.features.kernel.window.TileRun;
import io.millrace.features.kernel.window.Window;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A view, compiled: what its tiles hold and how its features come of tiles and events. Online reads, training sets and replays all use this and agree to
 * the bit. Immutable and thread-safe; compile once per view.
 */
public final class ViewPlan {
    private final FeatureView view;
    private final List<Condition> conditions;
    private final List<Fold> folds;
    private final List<Window> windows;
    private final List<FeaturePlan> features;
    private final Levels levels;
    private final String widened;
    private final long retentionMicros;
    private final long ttlMicros;
    private final List<Integer> allLevels;
    private final List<Integer> nestedLevels;
    private final LongAdder overflows = new LongAdder();

    /** The cover that was made last: all instants of a stretch of the finest level share theirs. */
    private volatile @Nullable Covered covered;

    private record Covered(BitSet windows, Cover cover) {}

    private ViewPlan(FeatureView view) {
        this.view = view;
        List<String> fieldNames = view.fields().stream().map(EventField::name).toList();
        var compiler = new FeatureCompiler(view);
        var plans = new ArrayList<FeaturePlan>(view.features().size());
        for (Feature feature : view.features()) {
            plans.add(compiler.compile(feature, fieldNames));
        }
        this.features = List.copyOf(plans);
        this.conditions = compiler.conditions();
        this.folds = compiler.folds();
        this.windows = compiler.windows();
        this.widened = compiler.widened();
        this.levels = Levels.of(windows);
        this.retentionMicros = Window.micros(view.retention());
        this.ttlMicros = view.ttl().isPresent() ? Window.micros(view.ttl().get()) : Long.MAX_VALUE;
        this.allLevels = levels.all();
        this.nestedLevels = levels.nested();
    }

    /**
     * Compiles a view that {@link io.millrace.features.kernel.definition.FeatureViewReader} accepted.
     *
     * @throws IllegalArgumentException where the view is not one of those: an unknown field, a condition that does not compile
     */
    public static ViewPlan of(FeatureView view) {
        return new ViewPlan(view);
    }

    public FeatureView view() {
        return view;
    }

    /** The sizes of this view's tiles; empty where no feature has a window. */
    public Levels levels() {
        return levels;
    }

    /** What the definition's text and {@link #levels} do not say of tiles: equal texts, equal states. */
    public String layout() {
        return widened;
    }

    /** How many values were null because there was more than their states hold: sums beyond 64 bits, more categories than were declared. */
    public long overflows() {
        return overflows.sum();
    }

    /** Decides the view's conditions for an event. */
    public Observation observe(FeatureEvent event) {
        long met = 0;
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.get(i).isMetBy(event.fields())) {
                met |= 1L << i;
            }
        }
        return new Observation(EventOrder.of(event), event.fields(), met);
    }

    public Tile emptyTile() {
        return Tile.empty(folds);
    }

    /**
     * A tile of this view as {@link Tile#toBytes} wrote it.
     *
     * @throws io.millrace.features.kernel.encoding.EncodingException where the bytes are none
     */
    public Tile tile(byte[] bytes) {
        return Tile.read(folds, bytes);
    }

    /** The earliest instant that may be read when the view's newest applied event has this event time. */
    public long earliest(long newestMicros) {
        return newestMicros - retentionMicros;
    }

    /** How far back the view reaches when its newest applied event has this event time. */
    public Horizon horizon(long newestMicros) {
        long earliest = earliest(newestMicros);
        long read = Window.floor(earliest, levels.finest());
        boolean unbounded = windows.contains(Window.UNBOUNDED);
        long tail = windows.stream()
                .filter(window -> !window.isUnbounded())
                .mapToLong(window -> window.tailAt(earliest))
                .min()
                .orElse(Long.MAX_VALUE);
        long tilesAfter = unbounded ? Window.UNBOUNDED.tailAt(earliest) : tail;
        var firstTiles = new ArrayList<Long>(levels.micros().size());
        for (int level = 0; level < levels.micros().size(); level++) {
            long after = unbounded ? Math.min(tail, neededByUnbounded(level, read)) : tail;
            firstTiles.add(Math.floorDiv(after, levels.micros().get(level)));
        }
        return new Horizon(earliest, read, tilesAfter, firstTiles);
    }

    /** Behind which instant the tiles of a level may still be read one by one for an unbounded window: those before are parts of tiles of the next level, which are read whole. */
    private long neededByUnbounded(int level, long readMicros) {
        int place = nestedLevels.indexOf(level);
        if (place < 0) {
            return Long.MAX_VALUE;
        }
        return place == nestedLevels.size() - 1
                ? Window.UNBOUNDED.tailAt(readMicros)
                : Window.floor(readMicros, levels.micros().get(nestedLevels.get(place + 1)));
    }

    /**
     * What a read of some windows at an instant must look at.
     *
     * @param isUsed whether the window of this place is read
     */
    Cover cover(long asOfMicros, IntPredicate isUsed) {
        var used = new BitSet(windows.size());
        for (int window = 0; window < windows.size(); window++) {
            used.set(window, isUsed.test(window));
        }
        long head = levels.isEmpty() ? asOfMicros : Window.floor(asOfMicros, levels.finest());
        if (used.isEmpty()) {
            return new Cover(asOfMicros, head, List.of(), List.of());
        }
        Covered known = covered;
        if (known == null || known.cover.headMicros() != head || !known.windows.equals(used)) {
            known = new Covered(used, cover(asOfMicros, head, used));
            covered = known;
        }
        return new Cover(asOfMicros, head, known.cover.byWindow(), known.cover.fetch());
    }

    private Cover cover(long asOfMicros, long head, BitSet used) {
        var byWindow = new ArrayList<List<TileRun>>(windows.size());
        var fetched = new ArrayList<TileRun>();
        for (int i = 0; i < windows.size(); i++) {
            Window window = windows.get(i);
            List<TileRun> runs = used.get(i)
                    ? TileRun.cover(
                            window.tailAt(asOfMicros), head, levels, window.isUnbounded() ? nestedLevels : allLevels)
                    : List.of();
            byWindow.add(runs);
            fetched.addAll(runs);
        }
        return new Cover(asOfMicros, head, byWindow, TileRun.joined(fetched));
    }

    /** The first instant of those around {@code asOfMicros} at which all windows of the view have the tails that they have then. */
    public long tailsUnchangedFrom(long asOfMicros) {
        long from = Long.MIN_VALUE;
        for (Window window : windows) {
            if (!window.isUnbounded()) {
                from = Math.max(from, window.tailAt(asOfMicros) + window.lengthMicros());
            }
        }
        return from;
    }

    /** Whether an event is older than the view's ttl at an instant; exactly ttl is not. */
    public boolean isExpired(long eventTimeMicros, long asOfMicros) {
        return asOfMicros - eventTimeMicros > ttlMicros;
    }

    @Nullable
    FeatureValue valued(FeaturePlan.Windowed windowed, AggregationState state) {
        FeatureValue value = windowed.value(state);
        if (value == null && (state.overflowed() || state instanceof CategoryState)) {
            overflows.increment();
        }
        return value;
    }

    List<Fold> folds() {
        return folds;
    }

    List<Window> windows() {
        return windows;
    }

    List<FeaturePlan> features() {
        return features;
    }

    /**
     * The features at an instant, straight from events: no tiles, the same states.
     *
     * @param newest the newest event at or before the instant
     * @param events the entity's events in (after, as of] for the given {@code after}, in any order
     */
    RowAnswer readEvents(long asOfMicros, @Nullable Observation newest, Function<Long, Iterable<Observation>> events) {
        return answer(asOfMicros, newest, cell -> {
            Fold fold = folds.get(cell.fold());
            AggregationState state = fold.empty();
            events.apply(windows.get(cell.window()).tailAt(asOfMicros)).forEach(event -> fold.add(event, state));
            return state;
        });
    }

    private RowAnswer answer(
            long asOfMicros, @Nullable Observation newest, Function<FeaturePlan.Windowed, AggregationState> fold) {
        if (newest == null) {
            return new RowAnswer.Missing();
        }
        var values = new ArrayList<@Nullable FeatureValue>(features.size());
        for (FeaturePlan feature : features) {
            values.add(
                    switch (feature) {
                        case FeaturePlan.Newest(int field) -> newest.fields().get(field);
                        case FeaturePlan.Windowed windowed -> valued(windowed, fold.apply(windowed));
                    });
        }
        long eventTime = newest.order().timeMicros();
        return new RowAnswer.Row(values, eventTime, isExpired(eventTime, asOfMicros));
    }
}
