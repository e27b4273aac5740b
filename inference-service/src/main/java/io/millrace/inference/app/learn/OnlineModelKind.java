package io.millrace.inference.app.learn;

import io.millrace.definitions.MapNode;
import io.millrace.definitions.NearestName;
import io.millrace.inference.app.definition.DefinitionKind;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.domain.learn.OnlineModel.Column;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;

/** {@code kind: OnlineModel}. */
@ApplicationScoped
public class OnlineModelKind implements DefinitionKind<OnlineModel> {
    @Override
    public String kind() {
        return "OnlineModel";
    }

    @Override
    public Class<OnlineModel> type() {
        return OnlineModel.class;
    }

    @Override
    public int max() {
        return 100;
    }

    @Override
    public OnlineModel read(MapNode root, String yaml) {
        return OnlineModelReader.read(root, yaml);
    }

    @Override
    public List<String> differences(OnlineModel before, OnlineModel after) {
        var fields = new ArrayList<String>();
        DefinitionKind.compare(fields, "labels", before.labels(), after.labels());
        DefinitionKind.compare(fields, "learner", before.algorithm(), after.algorithm());
        DefinitionKind.compare(fields, "columns", before.columns(), after.columns());
        DefinitionKind.compare(fields, "interactions", before.interactions(), after.interactions());
        DefinitionKind.compare(fields, "seed", before.seed(), after.seed());
        DefinitionKind.compare(fields, "snapshot", before.snapshots(), after.snapshots());
        DefinitionKind.compare(fields, "guard", before.guard(), after.guard());
        return fields;
    }

    @Override
    public List<String> check(OnlineModel model, Definitions all, List<ServedFeatures> services) {
        var faults = new ArrayList<String>();
        if (all.find(Ensemble.class, model.name()).isPresent()) {
            faults.add("there is an ensemble of that name");
        }
        LabelStream labels = all.find(LabelStream.class, model.labels()).orElse(null);
        if (labels == null) {
            faults.add("no labels are named '" + model.labels() + "'"
                    + NearestName.hint(
                            model.labels(), all.all(LabelStream.class).keySet()));
            return faults;
        }
        boolean classes = labels.task() instanceof LabelStream.Task.Classification;
        if (classes != model.algorithm().isOfClasses()) {
            faults.add("labels '" + labels.name() + "' are of a " + (classes ? "classification" : "regression")
                    + ", and " + model.algorithm().word() + " is for a " + (classes ? "regression" : "classification"));
        }
        all.find(Pipeline.class, labels.pipeline())
                .ifPresentOrElse(
                        pipeline -> model.columns().forEach(column -> check(column, pipeline, services, faults)),
                        () -> faults.add("there is no pipeline '" + labels.pipeline() + "', which labels '"
                                + labels.name() + "' are of"));
        return faults;
    }

    private static void check(Column column, Pipeline pipeline, List<ServedFeatures> services, List<String> faults) {
        switch (column.from()) {
            case ModelDefinition.Column.Request(String field) -> {
                FieldType type = pipeline.request().get(field);
                if (type == null) {
                    faults.add("pipeline '" + pipeline.name() + "' has no request field '" + field + "'"
                            + NearestName.hint(field, pipeline.request().keySet()));
                } else if (type == FieldType.STRING && !column.isCategory()) {
                    faults.add("request field '" + field + "' is a text: give it a 'category'");
                }
                if (!pipeline.extras().vector()) {
                    faults.add("pipeline '" + pipeline.name() + "' must say 'record-vector: true', so that '" + field
                            + "' is in its predictions");
                }
            }
            case ModelDefinition.Column.Feature feature -> {
                List<String> features = pipeline.service()
                        .map(name -> services.stream()
                                .filter(service -> service.isMeantBy(name))
                                .flatMap(service -> service.references().stream())
                                .toList())
                        .orElse(pipeline.features());
                // What a service that is not planned has is asked for when the pipeline is applied.
                boolean known = pipeline.service().isEmpty() || !features.isEmpty();
                if (known && FeatureNames.of(features, feature.reference()).isEmpty()) {
                    faults.add("pipeline '" + pipeline.name() + "' does not read feature '" + feature.reference() + "'"
                            + NearestName.hint(feature.reference(), features));
                }
            }
        }
    }
}
