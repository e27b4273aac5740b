package io.millrace.inference.app.watch;

import io.millrace.inference.app.watch.Look.Alarm;
import io.millrace.inference.app.watch.Look.Compared;
import io.millrace.inference.domain.watch.DriftReport.Cause;
import io.millrace.inference.domain.watch.DriftReport.Joint;
import io.millrace.inference.domain.watch.DriftReport.Measure;
import io.millrace.inference.domain.watch.DriftReport.Moved;
import io.millrace.inference.domain.watch.DriftReport.Ranked;
import io.millrace.inference.domain.watch.DriftReport.Segment;
import io.millrace.inference.domain.watch.DriftReport.Upstream;
import io.millrace.models.kernel.drift.DriftAlarm;
import io.millrace.models.kernel.drift.DriftMeasures;
import io.millrace.models.kernel.drift.FeatureCounts;
import io.millrace.models.kernel.drift.FeatureDrift;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a look that was not calm says: what moved since when, and where it comes from. */
final class Causes {
    /** A tile with so many rows is judged alone when the beginning is looked for. */
    private static final long LEAST_ROWS = 30;

    private static final double SURE = 0.001;
    private static final int MOST_RANKED = 20;

    private final Reference reference;
    private final Look look;
    private final Tile window;
    private final NavigableMap<Long, Tile> tiles;
    private final long closed;
    private final WatchSettings settings;
    private final Columns columns;

    Causes(
            Reference reference,
            Look look,
            Tile window,
            NavigableMap<Long, Tile> tiles,
            long closed,
            WatchSettings settings,
            Columns columns) {
        this.reference = reference;
        this.look = look;
        this.window = window;
        this.tiles = tiles;
        this.closed = closed;
        this.settings = settings;
        this.columns = columns;
    }

    /**
     * Surest first; all features together last.
     *
     * @param said how far each has moved as is known already; since when it has moved further is told
     */
    List<Moved> moved(ToDoubleFunction<Moved> said) {
        var moved = new ArrayList<Moved>();
        for (Alarm alarm : look.alarms()) {
            var now = new Moved(
                    alarm.alarm().drift().feature(),
                    kind(alarm),
                    alarm.against(),
                    by(alarm.alarm().drift(), alarm.alarm().kind()),
                    alarm.alarm().p(),
                    start(closed));
            moved.add(
                    now.against().equals(Look.REFERENCE)
                            ? now.since(start(since(alarm, said.applyAsDouble(now))))
                            : now);
        }
        Joint joint = look.joint();
        if (joint != null && joint.alarm()) {
            Instant since =
                    moved.stream().map(Moved::since).min(Instant::compareTo).orElseGet(() -> start(closed));
            moved.add(new Moved("all features", "joint", Look.REFERENCE, joint.auc(), joint.p(), since));
        }
        return moved;
    }

    private static String kind(Alarm alarm) {
        return alarm.alarm().kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static double by(FeatureDrift drift, DriftAlarm.Kind kind) {
        return switch (kind) {
            case DISTRIBUTION -> drift.psi();
            case MISSING -> drift.missingShare() - drift.missingReference();
            case NEW_CATEGORIES -> drift.newShare();
        };
    }

    /**
     * The first of the tiles, up to the one that was looked at, each of which has moved by itself, and further than was said. Those with few rows are taken together with those before them.
     */
    private long since(Alarm alarm, double said) {
        long since = closed;
        boolean newest = true;
        Tile together = new Tile(reference, 1);
        for (Map.Entry<Long, Tile> each :
                tiles.headMap(closed, true).descendingMap().entrySet()) {
            together.add(each.getValue());
            FeatureCounts counts = counts(together, alarm.column());
            if (counts == null || together.rows() < LEAST_ROWS) {
                continue;
            }
            FeatureDrift drift = DriftMeasures.of(counts);
            DriftAlarm.Kind kind = alarm.alarm().kind();
            if (!newest && (p(drift, kind) > SURE || Math.abs(by(drift, kind)) <= said)) {
                break;
            }
            since = each.getKey();
            newest = false;
            together = new Tile(reference, 1);
        }
        return since;
    }

    private static @Nullable FeatureCounts counts(Tile tile, int column) {
        return column < 0 ? tile.score() : tile.counts(column);
    }

    private static double p(FeatureDrift drift, DriftAlarm.Kind kind) {
        return switch (kind) {
            case DISTRIBUTION -> drift.distributionP();
            case MISSING -> drift.missingP();
            case NEW_CATEGORIES -> drift.newP();
        };
    }

    /** @param of what is explained, surest first */
    Cause cause(Instant since, List<Moved> of) {
        return new Cause(ranked(), segments(of), upstream(since));
    }

    private List<Ranked> ranked() {
        return look.compared().stream()
                .filter(compared -> compared.column() >= 0 && compared.against().equals(Look.REFERENCE))
                .map(Compared::drift)
                .sorted(Comparator.comparingDouble(FeatureDrift::psi).reversed())
                .limit(MOST_RANKED)
                .map(drift -> new Ranked(drift.feature(), drift.psi(), drift.distributionP()))
                .toList();
    }

    /** Of what moved surest; where only all features together did, of the one that moved most. */
    private List<Segment> segments(List<Moved> of) {
        var segments = new Segments(reference, window.sample());
        Optional<Alarm> surest = look.alarms().stream()
                .filter(alarm -> of.stream()
                        .anyMatch(moved ->
                                moved.name().equals(alarm.alarm().drift().feature())
                                        && moved.kind().equals(kind(alarm))
                                        && moved.against().equals(alarm.against())))
                .findFirst();
        if (surest.isPresent()) {
            return segments.of(surest.get().column(), surest.get().alarm().kind());
        }
        return look.compared().stream()
                .filter(compared -> compared.column() >= 0)
                .max(Comparator.comparingDouble(compared -> compared.drift().psi()))
                .map(most -> segments.of(most.column(), DriftAlarm.Kind.DISTRIBUTION))
                .orElse(List.of());
    }

    /** The views of the features that moved; where none did but the predictions, of all that are watched. */
    private List<Upstream> upstream(Instant since) {
        long first = Math.floorDiv(ChronoUnit.MICROS.between(Instant.EPOCH, since), settings.tileMicros());
        var moved = new TreeMap<String, List<String>>();
        look.alarms().stream()
                .filter(alarm -> alarm.column() >= 0)
                .map(alarm -> alarm.alarm().drift().feature())
                .distinct()
                .forEach(feature -> moved.computeIfAbsent(FeatureNames.view(feature), _ -> new ArrayList<>())
                        .add(feature));
        for (int i = 0; i < reference.columns().size(); i++) {
            String name = reference.columns().get(i).name();
            if (columns.areWatched(name) && look.alarms().stream().noneMatch(alarm -> alarm.column() >= 0)) {
                moved.computeIfAbsent(FeatureNames.view(name), _ -> new ArrayList<>());
            }
        }
        moved.remove("");
        return moved.entrySet().stream()
                .map(view -> new Upstream(
                        view.getKey(),
                        view.getValue(),
                        age(view.getKey(), tiles.subMap(first, true, closed, true)),
                        age(view.getKey(), tiles.headMap(first, false)),
                        List.of()))
                .toList();
    }

    /** The age of the view's features in some tiles, on average over all; null where it is not known. */
    private @Nullable Double age(String view, Map<Long, Tile> of) {
        Tile sum = new Tile(reference, 1);
        of.values().forEach(sum::add);
        double total = 0;
        int known = 0;
        for (int i = 0; i < reference.columns().size(); i++) {
            double age = sum.ageSeconds(i);
            if (FeatureNames.view(reference.columns().get(i).name()).equals(view) && !Double.isNaN(age)) {
                total += age;
                known++;
            }
        }
        return known == 0 ? null : total / known;
    }

    private Instant start(long tile) {
        return VersionWatch.instant(tile * settings.tileMicros());
    }

    /** What a look measured, of features or of the predictions; what moved most first. */
    static List<Measure> measures(Look look, boolean ofPredictions) {
        return look.compared().stream()
                .filter(compared -> ofPredictions == compared.column() < 0)
                .sorted(Comparator.comparingDouble(
                                (Compared compared) -> compared.drift().psi())
                        .reversed())
                .map(compared -> measure(look, compared))
                .toList();
    }

    private static Measure measure(Look look, Compared compared) {
        FeatureDrift drift = compared.drift();
        return new Measure(
                drift.feature(),
                compared.against(),
                drift.rows(),
                drift.psi(),
                known(drift.psiCritical()),
                drift.jensenShannon(),
                drift.distributionP(),
                known(drift.ks()),
                known(drift.ksP()),
                share(drift.missingShare()),
                share(drift.missingReference()),
                share(drift.imputedShare()),
                known(drift.newShare()),
                drift.newCategories(),
                look.alarms().stream()
                        .anyMatch(alarm -> alarm.column() == compared.column()
                                && alarm.against().equals(compared.against())));
    }

    private static @Nullable Double known(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static double share(double value) {
        return Double.isFinite(value) ? value : 0;
    }
}
