package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Answer;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.watch.NoveltyScorer;
import io.millrace.inference.domain.NamedValues;
import io.millrace.inference.domain.NamedValues.Names;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.InputRow;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.explain.Contributions;
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
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A batch on its way from rows to scores. A row is open until its score is known. Not thread-safe. */
final class Batch {
    /** Of rows in which nothing was imputed; never changed. */
    private static final BitSet NONE = new BitSet(0);

    private final Pipeline pipeline;
    private final List<ScoreRow> rows;
    private final @Nullable RowScore[] scores;
    private final @Nullable List<Cell>[] cells;
    private final Names entityNames;
    private final Names featureNames;
    private final String[] entityFields;
    private final Set<FeaturePosition> positions = new LinkedHashSet<>();
    private final Explained explained;
    private boolean complete = true;

    /** Rows that stand in tensors, in their order. */
    record Filling(InputTensors tensors, List<Filled> rows) {}

    /** A row that stands in the tensors; {@code imputed} holds indexes of the pipeline's features. */
    record Filled(int row, BitSet imputed, String hash, List<InputRow> vector, double novelty) {}

    Batch(Pipeline pipeline, List<ScoreRow> rows) {
        this(pipeline, rows, Explained.NOT);
    }

    /** @param explained which contributions its scores have */
    Batch(Pipeline pipeline, List<ScoreRow> rows, Explained explained) {
        this.pipeline = pipeline;
        this.explained = explained;
        this.rows = rows;
        this.scores = new RowScore[rows.size()];
        this.cells = cells(rows.size());
        this.entityNames = Names.of(pipeline.entity().keySet());
        this.featureNames = Names.of(pipeline.features());
        this.entityFields = pipeline.entity().values().toArray(String[]::new);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // there are no arrays of a generic type
    private static @Nullable List<Cell>[] cells(int rows) {
        return new List[rows];
    }

    /** Closes the rows that lack a key or field. */
    void check() {
        var check = new RowCheck(pipeline);
        for (int i = 0; i < scores.length; i++) {
            scores[i] = check.check(rows.get(i));
        }
    }

    /**
     * Looks up the features of the open rows: one call, or one per combination of key types where rows differ in them, so that a row
     * with a key of the wrong type is closed alone.
     */
    void lookUp(FeatureLookup features, Duration patience, Deadline deadline) {
        List<List<Integer>> groups = byKeyTypes();
        if (pipeline.features().isEmpty()) {
            groups.forEach(group -> group.forEach(i -> cells[i] = List.of()));
            return;
        }
        for (List<Integer> group : groups) {
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

    /** The open rows, together those whose keys are of the same types; all of them where, as mostly, that is one group. */
    private List<List<Integer>> byKeyTypes() {
        var groups = new LinkedHashMap<List<Class<?>>, List<Integer>>();
        List<Class<?>> last = List.of();
        List<Integer> group = List.of();
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] != null) {
                continue;
            }
            if (group.isEmpty() || !areKeyTypes(last, rows.get(i))) {
                last = keyTypes(rows.get(i));
                group = groups.computeIfAbsent(last, _ -> new ArrayList<>());
            }
            group.add(i);
        }
        return List.copyOf(groups.values());
    }

    private List<Class<?>> keyTypes(ScoreRow row) {
        var types = new ArrayList<Class<?>>(entityFields.length);
        for (String field : entityFields) {
            types.add(key(row, field).getClass());
        }
        return types;
    }

    private boolean areKeyTypes(List<Class<?>> types, ScoreRow row) {
        for (int i = 0; i < entityFields.length; i++) {
            if (key(row, entityFields[i]).getClass() != types.get(i)) {
                return false;
            }
        }
        return true;
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
            cells[group.get(at)] = new CellsOfRow(answer.columns(), at);
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
        NoveltyScorer novelty = plan.novelty();
        for (int i = of.nextSetBit(0); i >= 0; i = of.nextSetBit(i + 1)) {
            if (scores[i] == null) {
                Invalid invalid = filling.add(rows.get(i), cellsOf(i));
                if (invalid == null) {
                    filled.add(new Filled(
                            i,
                            copy(filling.imputed()),
                            filling.hash(),
                            pipeline.extras().vector() ? filling.vector() : List.of(),
                            novelty == null ? Double.NaN : filling.novelty(novelty)));
                } else {
                    scores[i] = invalid;
                }
            }
        }
        return new Filling(filling, filled);
    }

    private static BitSet copy(BitSet imputed) {
        return imputed.isEmpty() ? NONE : (BitSet) imputed.clone();
    }

    /** Runs the model on what was filled. */
    void run(Filling filling, ModelLease model, Deadline deadline, InferenceMetrics metrics) {
        deadline.left();
        if (filling.rows().isEmpty()) {
            return;
        }
        long start = System.nanoTime();
        double[] predictions =
                model.run(filling.tensors().tensors(), filling.tensors().rows(), deadline);
        metrics.ran(Duration.ofNanos(System.nanoTime() - start));
        take(filling, predictions, explained.of(model, filling, predictions, deadline));
    }

    /**
     * Takes what a model predicts for what was filled.
     *
     * @param model tensors and how many rows they have to one prediction per row
     */
    void run(Filling filling, BiFunction<List<Tensor>, Integer, double[]> model) {
        if (filling.rows().isEmpty()) {
            return;
        }
        InputTensors tensors = filling.tensors();
        take(filling, model.apply(tensors.tensors(), tensors.rows()), List.of());
    }

    private void take(Filling filling, double[] predictions, List<Contributions> contributions) {
        List<Filled> filled = filling.rows();
        for (int at = 0; at < filled.size(); at++) {
            Filled row = filled.get(at);
            scores[row.row()] = Double.isFinite(predictions[at])
                    ? scored(
                            row,
                            predictions[at],
                            contributions.isEmpty() ? Optional.empty() : Optional.of(contributions.get(at)))
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
            mirror.cells[i] = cellsOf(some.get(i));
        }
        return mirror;
    }

    /** What is known of a row that was looked up, of some features by reference and request fields by name; none of a closed row. */
    Map<String, Object> values(int row, List<String> names) {
        List<Cell> found = cells[row];
        if (scores[row] != null || found == null) {
            return Map.of();
        }
        var values = new HashMap<String, Object>();
        for (String name : names) {
            int feature = pipeline.features().indexOf(name);
            Object value = feature < 0 ? rows.get(row).fields().get(name) : present(found.get(feature));
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    private static @Nullable Object present(Cell cell) {
        return cell.status() == FeatureLookup.Status.PRESENT ? cell.value() : null;
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

    private Scored scored(Filled row, double prediction, Optional<Contributions> contributions) {
        ScoreRow given = rows.get(row.row());
        var entity = new @Nullable Object[entityFields.length];
        for (int i = 0; i < entity.length; i++) {
            entity[i] = key(given, entityFields[i]);
        }
        List<Cell> found = cellsOf(row.row());
        int count = featureNames.size();
        var values = new @Nullable Object[count];
        var eventTimes = new @Nullable Long[count];
        Long last = null;
        for (int i = 0; i < found.size(); i++) {
            Cell cell = found.get(i);
            if (!row.imputed().get(i) && cell.status() == FeatureLookup.Status.PRESENT && cell.value() != null) {
                values[i] = cell.value();
                // Features of one view mostly have one event time.
                if (last == null || last != cell.eventTimeMicros()) {
                    last = cell.eventTimeMicros();
                }
                eventTimes[i] = last;
            }
        }
        return new Scored(
                prediction,
                new NamedValues<>(entityNames, entity),
                new NamedValues<>(featureNames, values),
                new NamedValues<>(featureNames, eventTimes),
                imputed(row.imputed()),
                row.hash(),
                row.vector(),
                row.novelty(),
                contributions);
    }

    private List<String> imputed(BitSet indexes) {
        return indexes.isEmpty()
                ? List.of()
                : indexes.stream().mapToObj(pipeline.features()::get).toList();
    }

    private List<Cell> cellsOf(int row) {
        return Objects.requireNonNull(cells[row], "an open row was looked up");
    }

    private static Object key(ScoreRow row, String field) {
        return Objects.requireNonNull(row.fields().get(field), "an open row has its keys");
    }
}
