package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.condition.ConditionNames;
import io.millrace.inference.app.condition.PredictionConditions;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.ensemble.EnsembleUse;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.learn.OnlineModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks a pipeline with its model and, where it names one, its feature service. */
@ApplicationScoped
public class PipelineChecks implements PipelineCheck {
    private final ModelCatalog models;
    private final PipelineFeatures features;
    private final Duration deadline;
    private final boolean hasRegistry;

    public PipelineChecks(ModelCatalog models, PipelineFeatures features, InferenceConfig config) {
        this.models = models;
        this.features = features;
        this.deadline = config.features().deadline();
        this.hasRegistry = config.schemaRegistry().url().isPresent();
    }

    @Override
    public List<String> check(Pipeline pipeline, Definitions all, List<ServedFeatures> planned) {
        var faults = new ArrayList<String>();
        if (InputFormats.needsRegistry(pipeline.input().format()) && !hasRegistry) {
            faults.add("its records name their schemas in a registry, and this service has none"
                    + " (millrace.inference.schema-registry.url)");
        }
        if (pipeline.service().isEmpty()) {
            faults.addAll(models(pipeline, pipeline, all));
            return faults;
        }
        String name = pipeline.service().get();
        ServedFeatures service;
        try {
            service = find(name, planned);
        } catch (Refusal refusal) {
            if (refusal.reason() != InferenceReason.FEATURE_SERVICE_NOT_FOUND) {
                throw refusal;
            }
            faults.add(String.valueOf(refusal.getMessage()));
            return faults;
        }
        faults.addAll(keys(pipeline, service));
        faults.addAll(conditions(pipeline, service));
        Pipeline reading = pipeline.reading(service);
        faults.addAll(models(pipeline, reading, all));
        for (ModelReference model : references(pipeline, all)) {
            for (int taken : models.takenAsNumbers(reading, model)) {
                ServedFeatures.Feature feature = service.features().get(taken);
                if (!feature.isNumber()) {
                    faults.add("the model takes feature '" + feature.reference() + "', which is a " + feature.type()
                            + " and no number");
                }
            }
        }
        return faults;
    }

    private List<String> models(Pipeline pipeline, Pipeline reading, Definitions all) {
        return references(pipeline, all).stream()
                .flatMap(model -> model(reading, model, all).stream())
                .distinct()
                .toList();
    }

    private List<String> model(Pipeline reading, ModelReference model, Definitions all) {
        Ensemble ensemble = models.knows(model.name())
                ? null
                : all.find(Ensemble.class, model.name()).orElse(null);
        if (ensemble == null) {
            return models.check(reading, model, forOthers(reading, model, all));
        }
        ScoringPlan plan =
                ScoringPlan.of(reading, EnsembleUse.definition(ensemble, ""), forOthers(reading, model, all));
        var faults = new ArrayList<>(plan.faults());
        faults.addAll(plan.remarks());
        return faults;
    }

    /** What a pipeline may list although a model does not take it: what models that learn from its labels take. Of such a model itself, which comes beside others, all that is listed. */
    private static Set<String> forOthers(Pipeline pipeline, ModelReference model, Definitions all) {
        if (all.find(OnlineModel.class, model.name()).isPresent()) {
            return Stream.concat(pipeline.features().stream(), pipeline.request().keySet().stream())
                    .collect(Collectors.toSet());
        }
        return all.all(OnlineModel.class).values().stream()
                .filter(online -> all.find(LabelStream.class, online.labels())
                        .filter(labels -> labels.pipeline().equals(pipeline.name()))
                        .isPresent())
                .flatMap(online -> online.columns().stream())
                .map(OnlineModel.Column::name)
                .collect(Collectors.toSet());
    }

    /** What may come to score for the pipeline: the models of a deployment's arms and shadows where it names one. */
    private static Set<ModelReference> references(Pipeline pipeline, Definitions all) {
        ModelReference model = pipeline.model();
        var references = new LinkedHashSet<ModelReference>();
        if (model.version().isEmpty()) {
            all.find(Deployment.class, model.name()).ifPresent(deployment -> {
                deployment.arms().forEach(arm -> references.add(arm.model()));
                deployment.shadows().forEach(shadow -> references.add(shadow.model()));
            });
        }
        return references.isEmpty() ? Set.of(model) : references;
    }

    private ServedFeatures find(String name, List<ServedFeatures> planned) {
        if (planned.isEmpty()) {
            return features.ask(name, deadline);
        }
        return planned.stream()
                .filter(service -> service.isMeantBy(name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        InferenceReason.FEATURE_SERVICE_NOT_FOUND, "feature service '" + name + "' does not exist"));
    }

    /** Conditions read features of the service, as numbers. */
    private static List<String> conditions(Pipeline pipeline, ServedFeatures service) {
        Set<String> numbers = ConditionNames.ofFeatures(service.features().stream()
                .filter(ServedFeatures.Feature::isNumber)
                .map(ServedFeatures.Feature::reference)
                .toList());
        ConditionNames names = ConditionNames.of(pipeline.entity().keySet(), pipeline.request());
        return Stream.concat(
                        pipeline.outputs().stream().flatMap(output -> output.condition().stream()),
                        pipeline.alert().stream().map(Alert::when))
                .flatMap(condition -> PredictionConditions.features(condition, names).stream())
                .distinct()
                .filter(feature -> !numbers.contains(feature))
                .map(feature -> "'when' names feature '" + feature + "', which is no number of feature service '"
                        + service.service() + "'")
                .toList();
    }

    /** A look-up is refused where a join key is missing or one too many, and brings no request data. */
    private static List<String> keys(Pipeline pipeline, ServedFeatures service) {
        var faults = new ArrayList<String>();
        String title = "feature service '" + service.service() + "'";
        for (String key : service.joinKeys()) {
            if (!pipeline.entity().containsKey(key)) {
                faults.add(title + " is read by join key '" + key + "', which 'entity' does not name");
            }
        }
        pipeline.entity().keySet().stream()
                .filter(key -> !service.joinKeys().contains(key))
                .sorted()
                .forEach(key -> faults.add("join key '" + key + "' is none of " + title));
        for (String field : service.requestData()) {
            faults.add(title + " needs '" + field + "' of a request, which pipelines do not bring");
        }
        return faults;
    }
}
