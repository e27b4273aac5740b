package io.millrace.inference.app.explain;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.deploy.Deployments;
import io.millrace.inference.app.explain.Backgrounds.Background;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.explain.ModelCard;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Writes cards of the versions that serve, out of what is known at that moment. */
@ApplicationScoped
public class ModelCards {
    private final ModelCatalog models;
    private final Backgrounds backgrounds;
    private final Deployments deployments;
    private final List<CardSource> sources;

    public ModelCards(
            ModelCatalog models, Backgrounds backgrounds, Deployments deployments, @All List<CardSource> sources) {
        this.models = models;
        this.backgrounds = backgrounds;
        this.deployments = deployments;
        this.sources = List.copyOf(sources);
    }

    /**
     * The card of a version.
     *
     * @throws Refusal MODEL_NOT_FOUND, MODEL_UNAVAILABLE
     */
    public ModelCard card(String name, String version) {
        try (ModelUse use = models.use(name, Optional.of(version))) {
            ModelExplainer explainer = use.explainer();
            ModelDefinition definition = explainer.definition();
            Optional<Background> known =
                    backgrounds.of(definition).map(rows -> explainer.background(Optional.of(rows)));
            List<ModelCard.Metric> metrics = sources.stream()
                    .flatMap(source -> source.metrics(use.identity()).stream())
                    .toList();
            return new ModelCard(
                    name,
                    version,
                    use.identity().engine(),
                    definition.file(),
                    definition.digest(),
                    use.signer(),
                    use.signature().inputs(),
                    use.signature().outputs(),
                    explained(explainer),
                    known.map(rows -> new ModelCard.Data(rows.source(), rows.rows().length))
                            .orElse(new ModelCard.Data("", 0)),
                    columns(explainer, known),
                    metrics,
                    sources.stream()
                            .flatMap(source -> source.slices(use.identity()).stream())
                            .toList(),
                    uses(name, version, models.serving(name)),
                    sources.stream()
                            .flatMap(source -> source.promotions(use.identity()).stream())
                            .toList(),
                    limits(definition, known, metrics));
        }
    }

    private static String explained(ModelExplainer explainer) {
        return switch (explainer.reading()) {
            case ModelReading.Unread(String why) -> "by sampling: it " + why;
            case ModelReading.Linear _ -> "exactly, as a linear model";
            case ModelReading.Trees trees ->
                "exactly, as " + trees.trees().trees().size() + " trees, by the covers "
                        + (trees.covered() ? "of its file" : "that the rows give them that it is explained against");
        };
    }

    private static List<ModelCard.Column> columns(ModelExplainer explainer, Optional<Background> known) {
        var columns = new ArrayList<ModelCard.Column>();
        List<ModelDefinition.Column> declared = Rows.columns(explainer.definition());
        for (int i = 0; i < declared.size(); i++) {
            int place = i;
            double[] values = known.map(rows -> Arrays.stream(rows.rows())
                            .mapToDouble(row -> row[place])
                            .sorted()
                            .toArray())
                    .orElse(new double[] {Double.NaN});
            double least = values[0];
            double median = values[values.length / 2];
            double most = values[values.length - 1];
            columns.add(
                    switch (declared.get(i)) {
                        case ModelDefinition.Column.Feature feature ->
                            new ModelCard.Column(
                                    feature.reference(),
                                    "feature",
                                    feature.reference()
                                            .substring(0, feature.reference().indexOf(':')),
                                    feature.impute().orElse(Double.NaN),
                                    least,
                                    median,
                                    most);
                        case ModelDefinition.Column.Request(String field) ->
                            new ModelCard.Column(field, "request", "", Double.NaN, least, median, most);
                    });
        }
        return columns;
    }

    private List<ModelCard.Use> uses(String name, String version, List<String> serving) {
        boolean newest = !serving.isEmpty() && serving.getLast().equals(version);
        var uses = new ArrayList<ModelCard.Use>();
        List<Deployments.Summary> all;
        try {
            all = deployments.list();
        } catch (Refusal refusal) {
            if (refusal.reason() != InferenceReason.DEFINITIONS_UNAVAILABLE) {
                throw refusal;
            }
            return uses;
        }
        for (Deployments.Summary summary : all) {
            String since = summary.revisions().isEmpty()
                    ? ""
                    : summary.revisions().getLast().at().toString();
            Stream.of("arm", "shadow").forEach(role -> {
                for (Deployments.ArmSummary arm : role.equals("arm") ? summary.arms() : summary.shadows()) {
                    if (isIt(arm.model(), name, version, newest)) {
                        uses.add(new ModelCard.Use(
                                summary.deployment().name(),
                                summary.revision(),
                                since,
                                role + " " + arm.name(),
                                arm.percent()));
                    }
                }
            });
        }
        return uses;
    }

    private static boolean isIt(ModelReference reference, String name, String version, boolean newest) {
        return reference.name().equals(name)
                && reference.version().map(version::equals).orElse(newest);
    }

    private static List<String> limits(
            ModelDefinition definition, Optional<Background> known, List<ModelCard.Metric> metrics) {
        var limits = new ArrayList<String>();
        if (known.isEmpty()) {
            limits.add("No rows of what it was made of are known: nobody can say which rows are unlike them.");
        } else {
            limits.add("Rows beyond the least and most of the columns above are beyond what it was registered with.");
        }
        if (definition.inputs().isEmpty()) {
            limits.add("It says no columns: pipelines cannot use it.");
        }
        List<String> needed = Rows.columns(definition).stream()
                .filter(ModelDefinition.Column.Feature.class::isInstance)
                .map(ModelDefinition.Column.Feature.class::cast)
                .filter(feature -> feature.impute().isEmpty())
                .map(ModelDefinition.Column.Feature::reference)
                .toList();
        if (!needed.isEmpty()) {
            limits.add("It predicts nothing where one of these is missing: " + String.join(", ", needed) + ".");
        }
        if (metrics.isEmpty()) {
            limits.add(String.format(
                    Locale.ROOT,
                    "Its quality was not measured here: no label stream has judged version %s.",
                    definition.version()));
        }
        return limits;
    }
}
