package io.millrace.inference.app.replay;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.Rescoring;
import io.millrace.inference.app.replay.PredictionLog.SourceEvent;
import io.millrace.inference.app.replay.Replay.Difference;
import io.millrace.inference.app.replay.Replay.Outcome;
import io.millrace.inference.app.replay.Replay.What;
import io.millrace.inference.app.replay.ReplayModels.Found;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One prediction on its way to being made again; what differs is noted as it is found. Used by one thread. */
final class Replaying {
    /** An engine may add in another order for a row alone than for one in a batch. */
    private static final int[] BATCHES = {1, 2, 8, 64};

    private final RecordPlace place;
    private final List<Difference> differences = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private @Nullable RecordedPrediction recorded;
    private @Nullable Pipeline pipeline;
    private SourceEvent.@Nullable Event event;
    private @Nullable List<Cell> cells;
    private List<String> gaps = List.of();
    private boolean gone;
    private String rebuilt = "";

    Replaying(RecordPlace place) {
        this.place = place;
    }

    void recorded(RecordedPrediction prediction) {
        recorded = prediction;
    }

    /** Compares the definition with the one that the prediction was made with. */
    void definition(Pipeline defined) {
        String then = known().definition();
        String now = defined.digest();
        if (!then.isEmpty() && !then.equals(now)) {
            remarks.add("pipeline '" + defined.name() + "' was changed since: its definition has digest " + now
                    + ", the prediction was made with " + then);
        }
    }

    void event(Pipeline filled, SourceEvent.Event found) {
        RecordedPrediction then = known();
        pipeline = then.vector().isEmpty() ? filled : filled.recording();
        event = found;
        same(What.EVENT, "key", then.key(), found.key());
        same(What.EVENT, "timestamp", instant(then.timestampMicros()), instant(found.timestampMicros()));
        same(
                What.EVENT,
                "as_of",
                instant(then.asOfMicros()),
                instant(found.row().asOfMicros()));
    }

    /** The features that have to be computed; empty where it does not come to that. */
    Optional<List<String>> wantedFeatures() {
        return event == null || pipeline == null ? Optional.empty() : Optional.of(pipeline.features());
    }

    /** The entity comes from the event, the positions from the prediction. */
    FeatureHistory.Row featureRow() {
        var entity = new LinkedHashMap<String, Object>();
        SourceEvent.Event found = Objects.requireNonNull(event, "only events are computed");
        Objects.requireNonNull(pipeline, "only events are computed").entity().forEach((key, field) -> {
            Object value = found.row().fields().get(field);
            if (value != null) {
                entity.put(key, value);
            }
        });
        return new FeatureHistory.Row(entity, found.row().asOfMicros(), known().positions());
    }

    void features(List<Cell> computed, Map<String, String> definitions, List<String> missing) {
        cells = computed;
        gaps = missing;
        for (FeaturePosition position : known().positions()) {
            String now = definitions.get(position.view());
            if (now != null && !position.definition().isEmpty() && !now.equals(position.definition())) {
                Difference difference = new Difference(
                        What.VIEW,
                        position.view(),
                        position.definition(),
                        now,
                        position.view() + " was retired and defined anew since");
                if (!differences.contains(difference)) {
                    differences.add(difference);
                }
            }
        }
    }

    void gone(What what, String name, String then, String why) {
        gone = true;
        differences.add(new Difference(what, name, then, "", why));
    }

    void differs(What what, String name, String then, String now, String words) {
        differences.add(new Difference(what, name, then, now, words));
    }

    /** Runs the model and compares. */
    Replay end(ReplayModels models) {
        if (cells != null && pipeline != null && event != null) {
            switch (models.find(known().model())) {
                case Found.Gone(var why) -> {
                    gone(What.MODEL, title(), known().model().digest(), why);
                    values(cells, pipeline);
                }
                case Found.Loaded loaded -> score(loaded, pipeline, event, cells);
            }
        }
        return replay();
    }

    private void score(Found.Loaded loaded, Pipeline filled, SourceEvent.Event found, List<Cell> computed) {
        RecordedPrediction then = known();
        String digest = loaded.definition().digest();
        if (!digest.equals(then.model().digest())) {
            if (then.model().steps().isEmpty()) {
                otherBytes("", title(), then.model().digest(), digest);
            } else {
                ensemble(loaded, digest);
            }
        }
        String engine = loaded.model().engine();
        if (!then.model().engine().isEmpty() && !engine.equals(then.model().engine())) {
            differs(
                    What.ENGINE,
                    title(),
                    then.model().engine(),
                    engine,
                    "another engine runs the model now; the same numbers are not promised");
        }
        values(computed, filled);
        List<String> faults = Rescoring.faults(filled, loaded.definition());
        if (!faults.isEmpty()) {
            differs(What.PIPELINE, filled.name(), then.definition(), filled.digest(), String.join("; ", faults));
            return;
        }
        try {
            run(loaded, filled, found, computed);
        } catch (Refusal refusal) {
            differs(What.MODEL, title(), "", "", String.valueOf(refusal.getMessage()));
        }
    }

    /** Why an ensemble is another one: a model of its, or else its definition. */
    private void ensemble(Found.Loaded loaded, String digest) {
        ModelIdentity then = known().model();
        boolean isDefinition = true;
        for (Step step : then.steps()) {
            for (Step now : loaded.steps()) {
                if (now.name().equals(step.name()) && !now.digest().equals(step.digest())) {
                    isDefinition = false;
                    otherBytes(
                            "step '" + step.name() + "': ",
                            "model '" + step.model() + "' version '" + step.version() + "'",
                            step.digest(),
                            now.digest());
                }
            }
        }
        if (isDefinition) {
            differs(
                    What.ENSEMBLE,
                    then.name(),
                    then.digest(),
                    digest,
                    "ensemble '" + then.name() + "' was changed since");
        }
    }

    private void otherBytes(String step, String title, String then, String now) {
        differs(
                What.MODEL,
                title,
                then,
                now,
                step + title + " has other bytes in the repository now: the ones that predicted are gone");
    }

    private void run(Found.Loaded loaded, Pipeline filled, SourceEvent.Event found, List<Cell> computed) {
        RecordedPrediction then = known();
        for (int rows : BATCHES) {
            RowScore score = Rescoring.score(filled, found.row(), computed, loaded.definition(), loaded.model(), rows);
            switch (score) {
                case RowScore.Invalid(var reason, var detail) -> {
                    differs(
                            What.PREDICTION,
                            "",
                            String.valueOf(then.prediction()),
                            "",
                            "the event would be refused now: " + reason + ": " + detail);
                    return;
                }
                case RowScore.Scored scored -> {
                    boolean isSame = Double.doubleToRawLongBits(scored.prediction())
                            == Double.doubleToRawLongBits(then.prediction());
                    if (rows == BATCHES[0]) {
                        rebuilt = String.valueOf(scored.prediction());
                        compare(scored, loaded.definition());
                    }
                    if (isSame) {
                        rebuilt = String.valueOf(scored.prediction());
                        if (rows > 1) {
                            remarks.add("the engine gives these bits to a row in a batch, others to the row alone");
                        }
                        return;
                    }
                    if (!scored.vectorHash().equals(then.hash())) {
                        break;
                    }
                }
            }
        }
        differs(
                What.PREDICTION,
                "",
                String.valueOf(then.prediction()),
                rebuilt,
                "the prediction was " + then.prediction() + " and is " + rebuilt);
    }

    private void compare(RowScore.Scored scored, ModelDefinition definition) {
        RecordedPrediction then = known();
        if (!then.entity().equals(scored.entity())) {
            differs(
                    What.EVENT,
                    "entity",
                    then.entity().toString(),
                    scored.entity().toString(),
                    "the event's join keys were " + then.entity() + " and are " + scored.entity());
        }
        same(What.IMPUTED, "", then.imputed().toString(), scored.imputed().toString());
        same(What.VECTOR, "", then.hash(), scored.vectorHash());
        VectorDifference.between(then.vector(), scored.vector(), definition)
                .forEach(column -> same(What.VECTOR, column.name(), column.then(), column.now()));
    }

    /** Compares the features with those that were recorded. */
    private void values(List<Cell> computed, Pipeline filled) {
        RecordedPrediction then = known();
        var now = new LinkedHashMap<String, Cell>();
        for (int i = 0; i < computed.size(); i++) {
            now.put(filled.features().get(i), computed.get(i));
        }
        var names = new TreeSet<>(now.keySet());
        names.addAll(then.values().keySet());
        for (String name : names) {
            Cell cell = now.get(name);
            boolean isThere = cell != null && cell.status() == io.millrace.inference.app.FeatureLookup.Status.PRESENT;
            Object value = isThere && cell != null && !then.imputed().contains(name) ? cell.value() : null;
            Object before = then.values().get(name);
            if (!Objects.equals(value, before)) {
                differs(
                        What.FEATURE,
                        name,
                        before == null ? "missing" : before.toString(),
                        value == null ? "missing" : value.toString(),
                        name + " was " + (before == null ? "missing" : before) + " and is "
                                + (value == null ? "missing" : value));
            } else if (value != null && cell != null) {
                long time = then.eventTimes().getOrDefault(name, 0L);
                if (time != cell.eventTimeMicros()) {
                    differs(
                            What.EVENT_TIME,
                            name,
                            instant(time),
                            instant(cell.eventTimeMicros()),
                            "the newest event behind " + name + " was of " + instant(time) + " and is of "
                                    + instant(cell.eventTimeMicros()));
                }
            }
        }
    }

    private Replay replay() {
        boolean isSame = differences.stream().allMatch(difference -> isHarmless(difference.what()));
        boolean missesEvents =
                !gaps.isEmpty() && differences.stream().anyMatch(difference -> isOfFeatures(difference.what()));
        if (missesEvents) {
            gone = true;
            gaps.forEach(gap -> differs(What.POSITION, "", "", "", gap));
        } else if (isSame && !gone) {
            differences.forEach(difference -> remarks.add(difference.words()));
            differences.clear();
        }
        Outcome outcome = gone ? Outcome.GONE : differences.isEmpty() ? Outcome.SAME : Outcome.DIFFERENT;
        return new Replay(
                place,
                outcome,
                recorded == null ? "" : recorded.pipeline(),
                recorded == null ? "" : recorded.key(),
                recorded == null ? "" : String.valueOf(recorded.prediction()),
                rebuilt,
                differences,
                remarks);
    }

    /** What explains a difference, and is none where the numbers are the same. */
    private static boolean isHarmless(What what) {
        return switch (what) {
            case ENGINE, ENSEMBLE, VIEW -> true;
            case RECORD, EVENT, PIPELINE, POSITION, FEATURE, EVENT_TIME, IMPUTED, VECTOR, MODEL, PREDICTION -> false;
        };
    }

    private static boolean isOfFeatures(What what) {
        return what == What.FEATURE || what == What.EVENT_TIME || what == What.IMPUTED;
    }

    private void same(What what, String name, String then, String now) {
        if (!then.equals(now)) {
            String title = name.isEmpty() ? what.name().toLowerCase(java.util.Locale.ROOT) : name;
            differs(what, name, then, now, title + " was " + then + " and is " + now);
        }
    }

    private String title() {
        return "model '" + known().model().name() + "' version '"
                + known().model().version() + "'";
    }

    private RecordedPrediction known() {
        return Objects.requireNonNull(recorded, "the prediction was read");
    }

    private static String instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
