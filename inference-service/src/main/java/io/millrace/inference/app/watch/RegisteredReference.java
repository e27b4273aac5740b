package io.millrace.inference.app.watch;

import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.explain.Backgrounds.Background;
import io.millrace.inference.app.watch.ReferenceTable.Column.Numbers;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Novelty;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** What was made of the rows beside a model when its version was registered: what rows of now are compared with, and what says how unlike them one row is. */
public final class RegisteredReference {
    private static final int LEAST_ROWS = 50;
    private static final int MOST_BACKGROUND = 1_000;

    private final References.Key key;
    private final Reference reference;
    private final Optional<Background> background;
    private final Map<Novelty, NoveltyScorer> novelty = new EnumMap<>(Novelty.class);

    private RegisteredReference(References.Key key, Reference reference, double[][] rows) {
        this.key = key;
        this.reference = reference;
        this.background = background(rows);
    }

    /** Some of the rows, the same each time. */
    private static Optional<Background> background(double[][] rows) {
        if (rows.length == 0 || rows[0].length == 0) {
            return Optional.empty();
        }
        double[][] some = LongStream.range(0, rows.length)
                .boxed()
                .sorted(Comparator.comparingLong(SampleRow::order))
                .limit(MOST_BACKGROUND)
                .map(row -> rows[Math.toIntExact(row)])
                .toArray(double[][]::new);
        return Optional.of(new Background("rows that the model was registered with", some));
    }

    /**
     * Of a table.
     *
     * @throws ModelRefusedException INVALID_REFERENCE where it has fewer than 50 rows, or lacks a column that the model takes or the score
     */
    static RegisteredReference of(ModelDefinition definition, ReferenceTable table) throws ModelRefusedException {
        var faults = new ArrayList<String>();
        if (table.rows() < LEAST_ROWS) {
            faults.add("a reference has at least " + LEAST_ROWS + " rows, has " + table.rows());
        }
        List<double[]> columns = new ArrayList<>();
        for (Input input : definition.inputs()) {
            for (Column column : input.columns()) {
                String name =
                        switch (column) {
                            case Column.Feature feature -> feature.reference();
                            case Column.Request(String field) -> field;
                        };
                if (table.find(name).orElse(null) instanceof Numbers numbers) {
                    double[] values = numbers.values();
                    columns.add(input.type() == TensorType.FLOAT32 ? singles(values) : values);
                } else {
                    faults.add("it has no column '" + name + "', which the model takes");
                }
            }
        }
        Optional<String> score = definition.reference().flatMap(ModelDefinition.Reference::score);
        if (score.isPresent() && !(table.find(score.get()).orElse(null) instanceof Numbers)) {
            faults.add("it has no column '" + score.get() + "', the score");
        }
        if (!faults.isEmpty()) {
            throw new ModelRefusedException(
                    ModelFault.INVALID_REFERENCE,
                    "the reference of " + definition.name() + "/" + definition.version() + ": "
                            + String.join("; ", faults));
        }
        double[][] rows = rows(columns, table.rows());
        var made = new RegisteredReference(
                new References.Key(definition.name(), definition.version(), definition.digest()),
                Reference.of(table, score),
                rows);
        if (!columns.isEmpty()) {
            for (Novelty kind : Novelty.values()) {
                made.novelty.put(kind, NoveltyScorer.fit(kind, rows));
            }
        }
        return made;
    }

    References.Key key() {
        return key;
    }

    Reference reference() {
        return reference;
    }

    /** Rows that predictions are explained against; NaN where one has no value. Empty for a model of tensors alone. */
    Optional<Background> background() {
        return background;
    }

    /** What says how unlike the reference a row of the model's columns is, in their order; empty for a model of tensors alone. */
    public Optional<NoveltyScorer> novelty(Novelty kind) {
        return Optional.ofNullable(novelty.get(kind));
    }

    private static double[][] rows(List<double[]> columns, int count) {
        double[][] rows = new double[count][columns.size()];
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < columns.size(); column++) {
                rows[row][column] = columns.get(column)[row];
            }
        }
        return rows;
    }

    /** As the model takes them. */
    private static double[] singles(double[] values) {
        double[] singles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            singles[i] = (float) values[i];
        }
        return singles;
    }
}
