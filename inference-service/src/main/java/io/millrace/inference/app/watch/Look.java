package io.millrace.inference.app.watch;

import io.millrace.inference.domain.watch.DriftReport.Joint;
import io.millrace.models.kernel.drift.DomainClassifier;
import io.millrace.models.kernel.drift.DomainDrift;
import io.millrace.models.kernel.drift.DriftAlarm;
import io.millrace.models.kernel.drift.DriftAlarms;
import io.millrace.models.kernel.drift.DriftMeasures;
import io.millrace.models.kernel.drift.FeatureCounts;
import io.millrace.models.kernel.drift.FeatureDrift;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One look at a version: a window of rows held against the reference, and its newest tile against the same hour of earlier weeks. Follows from the rows alone. */
final class Look {
    /** With fewer rows on a side no classifier is fitted. */
    private static final int LEAST_FOR_JOINT = 100;

    private static final int MOST_FOR_JOINT = 500;
    private static final int MOST_COLUMNS_FOR_JOINT = 30;
    private static final DomainClassifier CLASSIFIER = new DomainClassifier(1, 3);

    static final String REFERENCE = "reference";
    static final String EARLIER_WEEKS = "earlier-weeks";

    private final Reference reference;
    private final WatchSettings settings;
    private final IntPredicate watched;
    private final List<Compared> compared = new ArrayList<>();
    private final List<Alarm> alarms = new ArrayList<>();
    private @Nullable Joint joint;

    /**
     * One thing that was compared.
     *
     * @param column its place in the reference; −1 of the predictions
     */
    record Compared(int column, String against, FeatureDrift drift) {}

    /** What has moved; {@code column} is −1 of the predictions. */
    record Alarm(int column, String against, DriftAlarm alarm) {}

    private Look(Reference reference, WatchSettings settings, IntPredicate watched) {
        this.reference = reference;
        this.settings = settings;
        this.watched = watched;
    }

    /**
     * Looks.
     *
     * @param watched columns of the reference that are compared
     * @param window rows of now
     * @param newest tile of it
     * @param earlier the same hour of earlier weeks together; null where there were none
     * @param seed of the classifier's folds
     */
    static Look at(
            Reference reference,
            WatchSettings settings,
            IntPredicate watched,
            Tile window,
            Tile newest,
            @Nullable Tile earlier,
            long seed) {
        var look = new Look(reference, settings, watched);
        look.compare(window, null);
        if (earlier != null && Math.min(earlier.rows(), newest.rows()) >= settings.minimumRows()) {
            look.compare(newest, earlier);
        }
        look.together(window, seed);
        return look;
    }

    private void compare(Tile now, @Nullable Tile earlier) {
        String against = earlier == null ? REFERENCE : EARLIER_WEEKS;
        var drifts = new ArrayList<FeatureDrift>();
        var columns = new ArrayList<Integer>();
        for (int i = 0; i < reference.columns().size(); i++) {
            if (watched.test(i)) {
                drifts.add(DriftMeasures.of(counts(now.counts(i), earlier == null ? null : earlier.counts(i))));
                columns.add(i);
            }
        }
        FeatureCounts score = now.score();
        if (score != null) {
            drifts.add(DriftMeasures.of(counts(score, earlier == null ? null : earlier.score())));
            columns.add(-1);
        }
        for (int i = 0; i < drifts.size(); i++) {
            compared.add(new Compared(columns.get(i), against, drifts.get(i)));
        }
        for (DriftAlarm alarm : DriftAlarms.of(drifts, settings.policy())) {
            alarms.add(new Alarm(columns.get(drifts.indexOf(alarm.drift())), against, alarm));
        }
    }

    private static FeatureCounts counts(FeatureCounts now, @Nullable FeatureCounts earlier) {
        return earlier == null ? now : now.against(earlier.asReference());
    }

    private void together(Tile window, long seed) {
        int[] columns = IntStream.range(0, reference.columns().size())
                .filter(i -> watched.test(i) && reference.columns().get(i).isNumeric())
                .limit(MOST_COLUMNS_FOR_JOINT)
                .toArray();
        Collection<SampleRow> now = window.sample();
        if (columns.length < 2 || Math.min(now.size(), reference.sample().size()) < LEAST_FOR_JOINT) {
            return;
        }
        DomainDrift drift = CLASSIFIER.compare(rows(reference.sample(), columns), rows(now, columns), seed);
        joint = new Joint(
                drift.auc(),
                drift.lower(),
                drift.upper(),
                drift.p(),
                drift.p() <= settings.alphaOfEach() && drift.auc() >= settings.minimumAuc());
    }

    private static double[][] rows(Collection<SampleRow> sample, int[] columns) {
        return sample.stream()
                .limit(MOST_FOR_JOINT)
                .map(row ->
                        IntStream.of(columns).mapToDouble(i -> row.numbers[i]).toArray())
                .toArray(double[][]::new);
    }

    List<Compared> compared() {
        return compared;
    }

    /** Surest first. */
    List<Alarm> alarms() {
        return alarms;
    }

    /** Null where there were too few rows. */
    @Nullable
    Joint joint() {
        return joint;
    }

    boolean isCalm() {
        Joint all = joint;
        return alarms.isEmpty() && (all == null || !all.alarm());
    }
}
