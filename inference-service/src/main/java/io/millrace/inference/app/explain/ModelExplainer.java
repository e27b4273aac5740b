package io.millrace.inference.app.explain;

import io.millrace.inference.app.explain.Backgrounds.Background;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.explain.Contributions.Contribution;
import io.millrace.inference.domain.explain.Contributions.Method;
import io.millrace.models.kernel.explain.Contributions;
import io.millrace.models.kernel.explain.LinearModel;
import io.millrace.models.kernel.explain.TreeEnsemble;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the predictions of a model version are explained. Thread-safe. */
public final class ModelExplainer {
    private final ModelDefinition definition;
    private final ModelReading reading;
    private final Background usual;
    private final List<String> names;

    /** Of each column, the place of the first of its name. */
    private final int[] places;

    private volatile @Nullable Prepared prepared;
    private volatile @Nullable Given given;

    /** A background as it was given, and without gaps. */
    private record Given(Background from, Background filled) {}

    /**
     * What is worked out once for a background.
     *
     * @param linear where the model is read as linear
     * @param trees where it is read as trees
     */
    private record Prepared(
            Background background,
            @Nullable LinearModel linear,
            @Nullable TreeEnsemble trees) {}

    /** @param golden rows that a model is known to meet, where nothing better is known of what it meets */
    public ModelExplainer(ModelDefinition definition, List<GoldenRequest> golden, ModelReading reading) {
        this.definition = definition;
        this.reading = reading;
        this.usual = new Background("imputed values", new double[][] {Rows.usual(definition, golden)});
        List<String> all = Rows.names(definition);
        var first = new LinkedHashMap<String, Integer>();
        this.places = new int[all.size()];
        for (int i = 0; i < places.length; i++) {
            Integer known = first.putIfAbsent(all.get(i), first.size());
            places[i] = known == null ? first.size() - 1 : known;
        }
        this.names = List.copyOf(first.keySet());
    }

    public ModelDefinition definition() {
        return definition;
    }

    public ModelReading reading() {
        return reading;
    }

    /** Names of its columns, each once. */
    public List<String> names() {
        return names;
    }

    /** The columns of a row that have a name. */
    public int[] columnsOf(String name) {
        int place = names.indexOf(name);
        var columns = new ArrayList<Integer>();
        for (int i = 0; i < places.length; i++) {
            if (places[i] == place) {
                columns.add(i);
            }
        }
        return columns.stream().mapToInt(Integer::intValue).toArray();
    }

    public Method method() {
        return switch (reading) {
            case ModelReading.Linear _ -> Method.LINEAR;
            case ModelReading.Trees _ -> Method.TREES;
            case ModelReading.Unread _ -> Method.SAMPLED;
        };
    }

    /**
     * What predictions are explained against: what is known of the version, with what usually stands in where a row has no value; else what usually stands in, alone.
     *
     * @param known the same object as long as nothing changed
     */
    public Background background(Optional<Background> known) {
        if (known.isEmpty()) {
            return usual;
        }
        Given there = given;
        if (there == null || there.from() != known.get()) {
            there = new Given(known.get(), filled(known.get()));
            given = there;
        }
        return there.filled();
    }

    private Background filled(Background known) {
        double[] otherwise = usual.rows()[0];
        double[][] rows = new double[known.rows().length][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = known.rows()[row].clone();
            for (int i = 0; i < otherwise.length; i++) {
                if (!Double.isFinite(rows[row][i])) {
                    rows[row][i] = otherwise[i];
                }
            }
        }
        return new Background(known.source(), rows);
    }

    /**
     * The exact contributions of a row; empty where the model was not read. In the margin's scale where there is a link.
     *
     * @param background {@link #background}
     */
    Optional<Contributions> exact(double[] row, Background background) {
        Prepared ready = prepared(background);
        return switch (reading) {
            case ModelReading.Linear form ->
                Optional.ofNullable(ready.linear()).map(linear -> linear.contributions(form.cut(row)));
            case ModelReading.Trees trees ->
                Optional.ofNullable(ready.trees()).map(ensemble -> spread(trees, ensemble, row));
            case ModelReading.Unread _ -> Optional.empty();
        };
    }

    private static Contributions spread(ModelReading.Trees trees, TreeEnsemble ensemble, double[] row) {
        Contributions found = ensemble.contributions(trees.project(row));
        double[] values = new double[row.length];
        for (int i = 0; i < found.values().length; i++) {
            values[trees.columns()[i].source()] = found.values()[i];
        }
        return new Contributions(found.base(), values, new double[row.length]);
    }

    private Prepared prepared(Background background) {
        Prepared ready = prepared;
        if (ready == null || ready.background() != background) {
            ready = switch (reading) {
                case ModelReading.Linear form ->
                    new Prepared(
                            background,
                            new LinearModel(
                                    form.intercept(),
                                    form.weights(),
                                    means(Arrays.stream(background.rows())
                                            .map(form::cut)
                                            .toArray(double[][]::new))),
                            null);
                case ModelReading.Trees trees -> new Prepared(background, null, covered(trees, background.rows()));
                case ModelReading.Unread _ -> new Prepared(background, null, null);
            };
            prepared = ready;
        }
        return ready;
    }

    /** With the file's covers, else with the background's. */
    private static TreeEnsemble covered(ModelReading.Trees trees, double[][] rows) {
        if (trees.covered()) {
            return trees.trees();
        }
        double[][] projected = new double[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            projected[i] = trees.project(rows[i]);
        }
        return trees.trees().covered(projected);
    }

    private static double[] means(double[][] rows) {
        double[] means = new double[rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < means.length; i++) {
                means[i] += (rows[row][i] - means[i]) / (row + 1);
            }
        }
        return means;
    }

    /** Contributions by name; of columns of one name together. */
    List<Contribution> named(Contributions found) {
        double[] values = new double[names.size()];
        double[] squares = new double[names.size()];
        for (int i = 0; i < places.length; i++) {
            values[places[i]] += found.values()[i];
            squares[places[i]] += found.standardErrors()[i] * found.standardErrors()[i];
        }
        var named = new ArrayList<Contribution>(values.length);
        for (int i = 0; i < values.length; i++) {
            named.add(new Contribution(names.get(i), values[i], Math.sqrt(squares[i])));
        }
        return named;
    }
}
