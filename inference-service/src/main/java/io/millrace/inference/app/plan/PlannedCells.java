package io.millrace.inference.app.plan;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.PastCells.Wanted;
import io.millrace.inference.app.batch.PlannedViews;
import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoreRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The features that a planned pipeline reads for events: as the event's prediction recorded them where it did and the plan does not change them, so that what differs later is the plan's
 * doing; all others as of the past. Answers look-ups for these events alone. Not thread-safe.
 */
final class PlannedCells implements FeatureLookup {
    private final Pipeline planned;
    private final Optional<Pipeline> current;
    private final PlannedViews views;
    private final Map<Wanted, List<@Nullable Cell>> cells = new LinkedHashMap<>();
    private long recorded;
    private long computed;

    /**
     * @param planned with all features that it reads
     * @param current as it is applied, with its features
     * @param views that are planned: what was recorded of these is not what they would give
     */
    PlannedCells(Pipeline planned, Optional<Pipeline> current, PlannedViews views) {
        this.views = views;
        this.planned = planned;
        this.current = current;
    }

    /** Cells that predictions recorded, and those that were computed. */
    long recorded() {
        return recorded;
    }

    long computed() {
        return computed;
    }

    /** Takes an event with what is recorded of it. One without all of its keys is left out. */
    void add(ScoreRow row, RecordedEvents.@Nullable Answer answer) {
        Wanted wanted = wanted(row);
        if (wanted.keys().size() < planned.entity().size() || planned.features().isEmpty()) {
            return;
        }
        var of = new ArrayList<@Nullable Cell>(planned.features().size());
        for (String feature : planned.features()) {
            Cell cell = answer instanceof RecordedEvents.Answer.Predicted predicted && !views.changes(feature)
                    ? recorded(predicted.prediction(), wanted, feature)
                    : null;
            recorded += cell == null ? 0 : 1;
            of.add(cell);
        }
        cells.put(wanted, of);
    }

    /**
     * Has what was not recorded computed.
     *
     * @param past gives for entities and features one list of cells each
     */
    void complete(BiFunction<List<Wanted>, List<String>, Map<Wanted, List<Cell>>> past) {
        Set<Integer> lacking = new LinkedHashSet<>();
        var entities = new ArrayList<Wanted>();
        cells.forEach((wanted, of) -> {
            boolean lacks = false;
            for (int i = 0; i < of.size(); i++) {
                if (of.get(i) == null) {
                    lacking.add(i);
                    lacks = true;
                }
            }
            if (lacks) {
                entities.add(wanted);
            }
        });
        List<Integer> columns = lacking.stream().sorted().toList();
        Map<Wanted, List<Cell>> answer = past.apply(
                entities, columns.stream().map(planned.features()::get).toList());
        for (Wanted wanted : entities) {
            List<Cell> given = answer.get(wanted);
            List<@Nullable Cell> of = cells.get(wanted);
            for (int i = 0; given != null && of != null && i < columns.size(); i++) {
                int column = columns.get(i);
                if (of.get(column) == null) {
                    of.set(column, given.get(i));
                    computed++;
                }
            }
        }
    }

    private Wanted wanted(ScoreRow row) {
        var keys = new HashMap<String, Object>();
        planned.entity().forEach((key, field) -> {
            Object value = row.fields().get(field);
            if (value != null) {
                keys.put(key, value);
            }
        });
        return new Wanted(keys, row.asOfMicros());
    }

    /** As the prediction recorded it; null where it does not say, or says it of another entity or instant. */
    private @Nullable Cell recorded(RecordedPrediction prediction, Wanted wanted, String feature) {
        if (prediction.asOfMicros() != wanted.asOfMicros()
                || !prediction.entity().equals(wanted.keys())) {
            return null;
        }
        Object value = prediction.values().get(feature);
        if (value != null) {
            return new Cell(Status.PRESENT, value, prediction.eventTimes().getOrDefault(feature, 0L));
        }
        boolean wasMissing = prediction.imputed().contains(feature)
                || current.filter(pipeline -> pipeline.digest().equals(prediction.definition())
                                && pipeline.features().contains(feature))
                        .isPresent();
        return wasMissing ? new Cell(Status.NOT_FOUND, null, 0) : null;
    }

    @Override
    public Answer read(
            List<String> features,
            Map<String, List<Object>> entities,
            long[] asOfMicros,
            Duration complete,
            Duration deadline) {
        var columns = new ArrayList<List<Cell>>(features.size());
        features.forEach(_ -> columns.add(new ArrayList<>(asOfMicros.length)));
        for (int row = 0; row < asOfMicros.length; row++) {
            var keys = new HashMap<String, Object>();
            for (Map.Entry<String, List<Object>> key : entities.entrySet()) {
                keys.put(key.getKey(), key.getValue().get(row));
            }
            List<@Nullable Cell> of = cells.get(new Wanted(keys, asOfMicros[row]));
            for (int i = 0; i < features.size(); i++) {
                Cell cell = of == null ? null : of.get(i);
                if (cell == null) {
                    throw new Refusal(
                            InferenceReason.WRONG_TYPE,
                            "a join key of " + keys + " is not of the type that its view has");
                }
                columns.get(i).add(cell);
            }
        }
        return new Answer(columns, true, List.of());
    }
}
