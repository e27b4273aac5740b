package io.millrace.inference.app.explain;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.explain.Backgrounds.Background;
import io.millrace.inference.config.ExplainConfig;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.explain.Contributions.Method;
import io.millrace.inference.domain.explain.Link;
import io.millrace.models.kernel.explain.Contributions;
import io.millrace.models.kernel.explain.Importance;
import io.millrace.models.kernel.explain.PartialDependence;
import io.millrace.models.kernel.explain.PermutationImportance;
import io.millrace.models.kernel.explain.SampledShapley;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a model version does on the whole: which columns move its predictions, and how. Worked out of the rows that it was registered with, within the deadline that is set. */
@ApplicationScoped
public class ModelInsights {
    private static final int LEAST_ROWS = 2;
    private static final int MOST_POINTS = 100;
    private static final long SEED = 1;

    /** Rows of a model that is sampled, whose contributions ask it thousands of times each. */
    private static final int MOST_SAMPLED = 50;

    private final ModelCatalog models;
    private final Backgrounds backgrounds;
    private final ExplainConfig settings;

    /**
     * Importance of a version's columns, the largest mean contribution first.
     *
     * @param method how contributions were found
     * @param link what contributions are before, as of a prediction
     * @param rows that permutations and, where {@code method} is exact, contributions were worked out of
     * @param explained rows whose contributions were worked out
     * @param source where the rows are from
     */
    public record Importances(
            ModelIdentity model,
            Method method,
            Link link,
            int rows,
            int explained,
            String source,
            List<ColumnImportance> columns) {}

    /**
     * Importance of a column.
     *
     * @param meanAbsoluteContribution before the link
     * @param meanContribution signed
     * @param permutation mean absolute change of the prediction where the column is shuffled among the rows
     */
    public record ColumnImportance(
            String column, double meanAbsoluteContribution, double meanContribution, double permutation) {}

    /** Mean predictions over the rows where a column has a value, and their spread. */
    public record Dependence(
            ModelIdentity model, String column, int rows, String source, List<PartialDependence.Point> points) {}

    public ModelInsights(ModelCatalog models, Backgrounds backgrounds, ExplainConfig settings) {
        this.models = models;
        this.backgrounds = backgrounds;
        this.settings = settings;
    }

    /**
     * @param most rows at most; empty: as many as are allowed
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE, REFERENCE_MISSING, INVALID_REQUEST, DEADLINE_EXCEEDED; what running the model throws
     */
    public Importances importance(String model, Optional<String> version, Optional<Integer> most) {
        var deadline = new Deadline(settings.deadline());
        try (ModelUse use = models.use(model, version)) {
            ModelExplainer explainer = use.explainer();
            Background background = background(explainer, most);
            double[][] rows = background.rows();
            var scores = new Asked(use, explainer.definition(), new Texts(), deadline);
            List<String> names = explainer.names();
            int[][] groups = names.stream().map(explainer::columnsOf).toArray(int[][]::new);
            double[] permutation = PermutationImportance.of(scores, rows, groups, SEED);
            var importance = new Importance(names.size());
            boolean exact = explainer.method() != Method.SAMPLED;
            int explained = exact ? rows.length : Math.min(rows.length, MOST_SAMPLED);
            for (int i = 0; i < explained; i++) {
                deadline.left();
                double[] row = rows[i];
                Contributions found = explainer.exact(row, background).orElseGet(() -> SampledShapley.asking(
                                scores, rows)
                        .contributions(row, settings.pairs(), SEED));
                importance.add(new Contributions(
                        found.base(),
                        explainer.named(found).stream()
                                .mapToDouble(each -> each.value())
                                .toArray(),
                        new double[names.size()]));
            }
            var columns = new ArrayList<ColumnImportance>();
            double[] sizes = importance.importance();
            double[] means = importance.meanContribution();
            for (int i = 0; i < sizes.length; i++) {
                columns.add(new ColumnImportance(names.get(i), sizes[i], means[i], permutation[i]));
            }
            columns.sort(Comparator.comparingDouble((ColumnImportance each) -> -each.meanAbsoluteContribution()));
            Link link = explainer.reading() instanceof ModelReading.Read read ? read.link() : Link.IDENTITY;
            return new Importances(
                    use.identity(), explainer.method(), link, rows.length, explained, background.source(), columns);
        }
    }

    /**
     * @param column a feature's reference or a request field that the model takes as a number
     * @param points how many values, spread evenly over the rows' own; 2 to 100
     * @throws Refusal as {@link #importance}
     */
    public Dependence dependence(
            String model, Optional<String> version, String column, int points, Optional<Integer> most) {
        var deadline = new Deadline(settings.deadline());
        if (points < 2 || points > MOST_POINTS) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "'points' must be 2 to " + MOST_POINTS + ", was " + points);
        }
        try (ModelUse use = models.use(model, version)) {
            ModelExplainer explainer = use.explainer();
            int[] places = explainer.columnsOf(column);
            if (!explainer.names().contains(column)) {
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "the model has no column '" + column + "', but " + explainer.names());
            }
            Background background = background(explainer, most);
            double[] values = grid(background.rows(), places[0], points);
            var scores = new Asked(use, explainer.definition(), new Texts(), deadline);
            return new Dependence(
                    use.identity(),
                    column,
                    background.rows().length,
                    background.source(),
                    PartialDependence.of(scores, background.rows(), places, values));
        }
    }

    /** Quantiles of a column, each once. */
    private static double[] grid(double[][] rows, int column, int points) {
        double[] values =
                Arrays.stream(rows).mapToDouble(row -> row[column]).sorted().toArray();
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            grid[i] = values[(int) Math.round((double) i * (values.length - 1) / (points - 1))];
        }
        return Arrays.stream(grid).distinct().toArray();
    }

    private Background background(ModelExplainer explainer, Optional<Integer> most) {
        ModelDefinition definition = explainer.definition();
        String title = "model '" + definition.name() + "' version '" + definition.version() + "'";
        if (definition.output().isEmpty()) {
            throw new Refusal(
                    InferenceReason.REFERENCE_MISSING, title + " says no columns in its model.yaml: it takes tensors");
        }
        int allowed = most.orElse(settings.referenceRows());
        if (allowed < LEAST_ROWS || allowed > settings.referenceRows()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "'rows' must be " + LEAST_ROWS + " to " + settings.referenceRows() + ", was " + allowed);
        }
        Optional<Background> known = backgrounds.of(definition);
        if (known.isEmpty() || Arrays.asList(Rows.types(definition)).contains(TensorType.STRING)) {
            throw new Refusal(
                    InferenceReason.REFERENCE_MISSING,
                    title + " was registered without rows of numbers: say 'reference' in its model.yaml");
        }
        Background background = explainer.background(known);
        return background.rows().length <= allowed
                ? background
                : new Background(background.source(), Arrays.copyOf(background.rows(), allowed));
    }
}
