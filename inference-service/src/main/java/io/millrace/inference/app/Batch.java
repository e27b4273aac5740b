package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Answer;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A batch on its way from rows to scores. A row is open until its score is known. Not thread-safe. */
final class Batch {
    private final Pipeline pipeline;
    private final List<ScoreRow> rows;
    private final @Nullable RowScore[] scores;
    private final Map<Integer, List<Cell>> cells = new HashMap<>();
    private final Set<FeaturePosition> positions = new LinkedHashSet<>();
    private boolean complete = true;

    /** Rows that stand in tensors, in their order. */
    record Filling(InputTensors tensors, List<Filled> rows) {}

    /** A row that stands in the tensors; {@code imputed} holds indexes of the pipeline's features. */
    record Filled(int row, BitSet imputed, String hash) {}

    Batch(Pipeline pipeline, List<ScoreRow> rows) {
        this.pipeline = pipeline;
        this.rows = rows;
        this.scores = new RowScore[rows.size()];
    }

    /** Closes the rows that lack a key or field. */
    void check() {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = RowCheck.check(pipeline, rows.get(i));
        }
    }

    /**
     * Looks up the features of the open rows: one call, or one per combination of key types where rows differ in them, so that a row
     * with a key of the wrong type is closed alone.
     */
    void lookUp(FeatureLookup features, Duration patience, Deadline deadline) {
        var groups = new LinkedHashMap<List<Class<?>>, List<Integer>>();
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] == null) {
                ScoreRow row = rows.get(i);
                List<Class<?>> types = new ArrayList<>(pipeline.entity().size());
                pipeline.entity()
                        .values()
                        .forEach(field -> types.add(key(row, field).getClass()));
                groups.computeIfAbsent(types, _ -> new ArrayList<>()).add(i);
            }
        }
        if (pipeline.features().isEmpty()) {
            groups.values().forEach(group -> group.forEach(i -> cells.put(i, List.of())));
            return;
        }
        for (List<Integer> group : groups.values()) {
            try {
                take(group, read(features, group, patience, deadline.left()));
            } catch (Refusal refusal) {
                if (refusal.reason() != InferenceReason.WRONG_TYPE) {
                    throw refusal;
                }
                group.forEach(i -> scores[i] = RowCheck.invalid(InferenceReason.WRONG_TYPE, refusal.getMessage()));
            }
        }
    }

    private Answer read(FeatureLookup features, List<Integer> group, Duration patience, Duration deadline) {
        var entities = new LinkedHashMap<String, List<Object>>();
        pipeline.entity().forEach((key, field) -> {
            var column = new ArrayList<Object>(group.size());
            group.forEach(i -> column.add(key(rows.get(i), field)));
            entities.put(key, column);
        });
        long[] asOf = group.stream().mapToLong(i -> rows.get(i).asOfMicros()).toArray();
        return features.read(pipeline.features(), entities, asOf, patience, deadline);
    }

    private void take(List<Integer> group, Answer answer) {
        complete &= answer.complete();
        positions.addAll(answer.positions());
        for (int at = 0; at < group.size(); at++) {
            var row = new ArrayList<Cell>(answer.columns().size());
            for (List<Cell> column : answer.columns()) {
                row.add(column.get(at));
            }
            cells.put(group.get(at), row);
        }
    }

    /** The rows that are not closed yet. */
    BitSet open() {
        var open = new BitSet(scores.length);
        for (int i = 0; i < scores.length; i++) {
            open.set(i, scores[i] == null);
        }
        return open;
    }

    /** Fills tensors with those of the rows that are open, and closes those that cannot be. */
    Filling fill(ScoringPlan plan, BitSet of) {
        var filling = new InputTensors(pipeline, plan, of.cardinality());
        var filled = new ArrayList<Filled>(of.cardinality());
        for (int i = of.nextSetBit(0); i >= 0; i = of.nextSetBit(i + 1)) {
            if (scores[i] == null) {
                Invalid invalid = filling.add(rows.get(i), cellsOf(i));
                if (invalid == null) {
                    filled.add(new Filled(i, (BitSet) filling.imputed().clone(), filling.hash()));
                } else {
                    scores[i] = invalid;
                }
            }
        }
        return new Filling(filling, filled);
    }

    /** Runs the model on what was filled. */
    void run(Filling filling, ModelLease model, Deadline deadline, InferenceMetrics metrics) {
        deadline.left();
        if (filling.rows().isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        run(filling, (inputs, count) -> model.run(inputs, count, deadline));
        metrics.ran(Duration.ofNanos(System.nanoTime() - start));
    }

    /**
     * Takes what a model predicts for what was filled.
     *
     * @param model tensors and how many rows they have to one prediction per row
     */
    void run(Filling filling, BiFunction<List<Tensor>, Integer, double[]> model) {
        List<Filled> filled = filling.rows();
        if (filled.isEmpty()) {
            return;
        }
        InputTensors tensors = filling.tensors();
        double[] predictions = model.apply(tensors.tensors(), tensors.rows());
        for (int at = 0; at < filled.size(); at++) {
            Filled row = filled.get(at);
            scores[row.row()] = Double.isFinite(predictions[at])
                    ? scored(row, predictions[at])
                    : RowCheck.invalid(
                            InferenceReason.PREDICTION_NOT_FINITE, "the model's prediction is " + predictions[at]);
        }
    }

    /** The first row's score. */
    RowScore first() {
        return Objects.requireNonNull(scores[0], "every row is closed");
    }

    /** Some of the rows with what was looked up for them, open again, to be scored by another model. */
    Batch mirror(List<Integer> some) {
        var mirror = new Batch(pipeline, some.stream().map(rows::get).toList());
        for (int i = 0; i < some.size(); i++) {
            mirror.cells.put(i, cellsOf(some.get(i)));
        }
        return mirror;
    }

    ScoreRow row(int row) {
        return rows.get(row);
    }

    /** What became of a row; null while it is open. */
    @Nullable
    RowScore score(int row) {
        return scores[row];
    }

    ScoredBatch scored(ModelIdentity model, List<Assigned> assigned) {
        var answers = new ArrayList<RowScore>(scores.length);
        for (@Nullable RowScore score : scores) {
            answers.add(Objects.requireNonNull(score, "every row is closed"));
        }
        return new ScoredBatch(answers, model, complete, List.copyOf(positions), pipeline.service(), assigned);
    }

    private Scored scored(Filled row, double prediction) {
        var entity = new LinkedHashMap<String, Object>();
        pipeline.entity().forEach((key, field) -> entity.put(key, key(rows.get(row.row()), field)));
        var values = new LinkedHashMap<String, Object>();
        var eventTimes = new LinkedHashMap<String, Long>();
        var imputed = new ArrayList<String>();
        List<Cell> given = cellsOf(row.row());
        for (int i = 0; i < given.size(); i++) {
            String reference = pipeline.features().get(i);
            Cell cell = given.get(i);
            Object value = cell.value();
            if (row.imputed().get(i)) {
                imputed.add(reference);
            } else if (cell.status() == FeatureLookup.Status.PRESENT && value != null) {
                values.put(reference, value);
                eventTimes.put(reference, cell.eventTimeMicros());
            }
        }
        return new Scored(prediction, entity, values, eventTimes, imputed, row.hash());
    }

    private List<Cell> cellsOf(int row) {
        return Objects.requireNonNull(cells.get(row), "an open row was looked up");
    }

    private static Object key(ScoreRow row, String field) {
        return Objects.requireNonNull(row.fields().get(field), "an open row has its keys");
    }
}
