package io.millrace.features.app.parity;

import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.parity.ParityReport.Difference;
import io.millrace.features.app.parity.ParityReport.Mismatch;
import io.millrace.features.app.parity.ParityReport.Why;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.fold.PointInTimeHistory;
import io.millrace.features.kernel.fold.RowAnswer;
import io.millrace.features.kernel.table.FeatureTable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A sampled row beside what the offline store's events give for it. */
final class Comparison {
    /** Leaving out events one by one costs a fold each. */
    private static final int MOST_TRIED = 200;

    private static final int MOST_NAMED = 5;

    private final FeatureView view;
    private final ParitySample sample;
    private final List<OfflineRow> rows;
    private final RowAnswer offline;

    /**
     * @param rows the entity's, in any order, also those that the sample could not know
     */
    Comparison(FeatureView view, ParitySample sample, List<OfflineRow> rows) {
        this.view = view;
        this.sample = sample;
        this.rows = rows;
        this.offline = answer(this::counts);
    }

    /** The features that differ; where only the verdict on their age differs, all of them. */
    List<Difference> differences() {
        List<@Nullable FeatureValue> values = values(offline);
        boolean isOther = !state(offline).equals(sample.state());
        var differences = new ArrayList<Difference>();
        for (int column = 0; column < sample.values().size(); column++) {
            FeatureValue online = sample.values().get(column);
            FeatureValue recomputed = values.get(column);
            if (isOther || !Objects.equals(online, recomputed)) {
                differences.add(new Difference(sample.feature(column), online, recomputed));
            }
        }
        return differences;
    }

    Mismatch mismatch() {
        Explained explained = explain();
        var positions = new TreeMap<String, Long>();
        sample.positions()
                .forEach((partition, offset) ->
                        positions.put(partition.topicId() + "/" + partition.partition(), offset));
        return new Mismatch(
                view.id().toString(),
                sample.key().values(),
                sample.asOfMicros(),
                Map.copyOf(positions),
                differences(),
                explained.why(),
                explained.words());
    }

    private record Explained(Why why, String words) {}

    private Explained explain() {
        if (!view.yaml().equals(sample.view().yaml())) {
            return new Explained(Why.VERSION, "the version was retired and defined anew since the read");
        }
        if (values(offline).equals(sample.values())
                && sample.state() != FeatureTable.State.MISSING
                && !(offline instanceof RowAnswer.Missing)) {
            return new Explained(
                    Why.TTL,
                    "the values are the same; online the row is " + sample.state() + ", offline " + state(offline));
        }
        if (isSame(answer(row -> isBelow(row)))) {
            return new Explained(
                    Why.LATE, "the online row holds events that came too late: " + named(OfflineRow::late));
        }
        if (isSame(answer(row -> !row.late()))) {
            return new Explained(
                    Why.POSITIONS,
                    "the online row holds events behind the positions of the read: " + named(row -> !isBelow(row)));
        }
        return missing();
    }

    private Explained missing() {
        Optional<OfflineRow> extra = rows.stream()
                .filter(this::counts)
                .limit(MOST_TRIED)
                .filter(one -> isSame(answer(row -> counts(row) && row != one)))
                .findFirst();
        if (extra.isPresent()) {
            return new Explained(Why.MISSING_ONLINE, "the online row lacks " + words(extra.get()));
        }
        long newest = offline instanceof RowAnswer.Row row ? row.eventTimeMicros() : 0;
        if (sample.eventTimeMicros() > newest) {
            return new Explained(
                    Why.MISSING_OFFLINE,
                    "the online row's newest event is of " + instant(sample.eventTimeMicros())
                            + ", the offline store's newest that counts " + newestOffline(newest)
                            + "; rows that were pushed to online alone are not kept offline");
        }
        if (newest > sample.eventTimeMicros()) {
            return new Explained(
                    Why.MISSING_ONLINE,
                    "the online row's newest event is of " + instant(sample.eventTimeMicros())
                            + ", the offline store's newest that counts " + newestOffline(newest));
        }
        return new Explained(
                Why.VALUE, "no single event explains it; the newest that count offline: " + named(this::counts));
    }

    private static String newestOffline(long micros) {
        return micros == 0 ? "is none" : "is of " + instant(micros);
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private String named(Predicate<OfflineRow> which) {
        List<String> named = rows.stream()
                .filter(which)
                .sorted(Comparator.comparingLong((OfflineRow row) -> row.event().timeMicros())
                        .reversed())
                .limit(MOST_NAMED)
                .map(Comparison::words)
                .toList();
        return String.join("; ", named);
    }

    private static String words(OfflineRow row) {
        FeatureEvent event = row.event();
        return "the event of " + instant(event.timeMicros()) + " at "
                + event.position().source().topicId() + "/"
                + event.position().source().partition() + "/" + event.position().offset();
    }

    private boolean counts(OfflineRow row) {
        return !row.late() && isBelow(row);
    }

    private boolean isBelow(OfflineRow row) {
        return row.event().position().offset()
                < sample.positions().getOrDefault(row.event().position().source(), 0L);
    }

    private RowAnswer answer(Predicate<OfflineRow> which) {
        return PointInTimeHistory.of(
                        view, rows.stream().filter(which).map(OfflineRow::event).toList())
                .at(sample.key(), sample.asOfMicros());
    }

    private boolean isSame(RowAnswer answer) {
        return state(answer) == sample.state() && values(answer).equals(sample.values());
    }

    private List<@Nullable FeatureValue> values(RowAnswer answer) {
        var values = new ArrayList<@Nullable FeatureValue>();
        for (int feature : sample.features()) {
            values.add(answer instanceof RowAnswer.Row row ? row.values().get(feature) : null);
        }
        return values;
    }

    private static FeatureTable.State state(RowAnswer answer) {
        return switch (answer) {
            case RowAnswer.Missing _ -> FeatureTable.State.MISSING;
            case RowAnswer.Row row -> row.expired() ? FeatureTable.State.EXPIRED : FeatureTable.State.FRESH;
        };
    }
}
