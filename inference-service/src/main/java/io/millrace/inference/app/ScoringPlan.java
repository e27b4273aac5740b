package io.millrace.inference.app;

import io.millrace.inference.app.watch.NoveltyScorer;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How a model's inputs are filled from a pipeline's features and request fields. */
final class ScoringPlan {
    private final Pipeline pipeline;
    private final List<Input> inputs;
    private final List<String> faults;
    private final List<String> remarks;
    private final @Nullable NoveltyScorer novelty;

    /** An input with the sources of its columns, in order. */
    record Input(String name, TensorType type, List<Source> sources) {}

    /** Where a column's value comes from. */
    sealed interface Source {
        /** The feature at this index of the pipeline's features. */
        record Feature(int index, OptionalDouble impute) implements Source {}

        record Request(String field) implements Source {}
    }

    private ScoringPlan(
            Pipeline pipeline,
            List<Input> inputs,
            List<String> faults,
            List<String> remarks,
            @Nullable NoveltyScorer novelty) {
        this.pipeline = pipeline;
        this.inputs = List.copyOf(inputs);
        this.faults = List.copyOf(faults);
        this.remarks = List.copyOf(remarks);
        this.novelty = novelty;
    }

    static ScoringPlan of(Pipeline pipeline, ModelDefinition model) {
        return of(pipeline, model, Set.of());
    }

    /** @param also features and request fields that the pipeline may list for others than this model */
    static ScoringPlan of(Pipeline pipeline, ModelDefinition model, Set<String> also) {
        var faults = new ArrayList<String>();
        var remarks = new ArrayList<String>();
        var inputs = new ArrayList<Input>();
        if (model.output().isEmpty()) {
            faults.add(title(model) + " says neither 'inputs' nor 'output' in its model.yaml, which a pipeline needs");
        }
        for (ModelDefinition.Input input : model.inputs()) {
            var sources = new ArrayList<Source>();
            for (Column column : input.columns()) {
                sources.add(source(pipeline, model, input.type(), column, faults, remarks));
            }
            inputs.add(new Input(input.name(), input.type(), List.copyOf(sources)));
        }
        // A service may have more than one model takes.
        for (String feature : pipeline.service().isPresent() ? List.<String>of() : pipeline.features()) {
            if (!model.features().contains(feature) && !also.contains(feature)) {
                remarks.add("the pipeline lists feature '" + feature + "', which " + title(model) + " does not take");
            }
        }
        for (String field : pipeline.request().keySet().stream().sorted().toList()) {
            if (!model.requestFields().contains(field) && !also.contains(field)) {
                remarks.add(
                        "the pipeline lists request field '" + field + "', which " + title(model) + " does not take");
            }
        }
        if (pipeline.extras().novelty().isPresent() && model.reference().isEmpty()) {
            remarks.add("the pipeline asks for 'novelty', but " + title(model) + " brings no reference: there is none");
        }
        return new ScoringPlan(pipeline, inputs, faults, remarks, null);
    }

    /** This with what says how unlike the model's reference a row is. */
    ScoringPlan with(@Nullable NoveltyScorer scorer) {
        return scorer == null ? this : new ScoringPlan(pipeline, inputs, faults, remarks, scorer);
    }

    /** Null where nobody asks, or there is no reference. */
    @Nullable
    NoveltyScorer novelty() {
        return novelty;
    }

    private static Source source(
            Pipeline pipeline,
            ModelDefinition model,
            TensorType type,
            Column column,
            List<String> faults,
            List<String> remarks) {
        return switch (column) {
            case Column.Feature(String reference, OptionalDouble impute) -> {
                int index = indexOf(pipeline, reference);
                if (index < 0) {
                    faults.add(title(model) + " takes feature '" + reference + "', which "
                            + pipeline.service()
                                    .map(service -> "feature service '" + service + "' does not have")
                                    .orElse("the pipeline does not list"));
                } else if (pipeline.missing() == Pipeline.Missing.IMPUTE
                        && impute.isEmpty()
                        && type != TensorType.STRING) {
                    remarks.add(
                            "the pipeline imputes, but " + title(model) + " gives no value for '" + reference + "'");
                }
                yield new Source.Feature(index, impute);
            }
            case Column.Request(String field) -> {
                FieldType given = pipeline.request().get(field);
                if (given == null) {
                    faults.add(title(model) + " takes request field '" + field + "', which the pipeline does not list");
                } else if (given == FieldType.STRING && type != TensorType.STRING) {
                    faults.add(title(model) + " takes request field '" + field + "', which is no number");
                }
                yield new Source.Request(field);
            }
        };
    }

    /**
     * Where a feature of the model is among the pipeline's. A model that names no version takes the one that its feature service names.
     */
    private static int indexOf(Pipeline pipeline, String reference) {
        int index = pipeline.features().indexOf(reference);
        int colon = reference.indexOf(':');
        if (index >= 0 || pipeline.service().isEmpty() || reference.indexOf('@') >= 0) {
            return index;
        }
        for (int i = 0; i < pipeline.features().size(); i++) {
            String feature = pipeline.features().get(i);
            if (feature.startsWith(reference.substring(0, colon) + "@")
                    && feature.endsWith(reference.substring(colon))) {
                return i;
            }
        }
        return -1;
    }

    private static String title(ModelDefinition model) {
        return "model '" + model.name() + "' version '" + model.version() + "'";
    }

    boolean isOf(Pipeline other) {
        return pipeline == other;
    }

    List<Input> inputs() {
        return inputs;
    }

    /** Places of the features that the model takes as numbers, among the pipeline's. */
    Set<Integer> numbers() {
        var features = new TreeSet<Integer>();
        for (Input input : inputs) {
            for (Source source : input.sources()) {
                if (source instanceof Source.Feature feature
                        && feature.index() >= 0
                        && input.type() != TensorType.STRING) {
                    features.add(feature.index());
                }
            }
        }
        return features;
    }

    /** Why the model cannot score for the pipeline; empty where it can. */
    List<String> faults() {
        return faults;
    }

    /** What an author would want to know, although the model can score. */
    List<String> remarks() {
        return remarks;
    }
}
