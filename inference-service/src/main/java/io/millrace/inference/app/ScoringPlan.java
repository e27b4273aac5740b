package io.millrace.inference.app;

import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Column;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** How a model's inputs are filled from a pipeline's features and request fields. */
final class ScoringPlan {
    private final Pipeline pipeline;
    private final List<Input> inputs;
    private final List<String> faults;
    private final List<String> remarks;

    /** An input with the sources of its columns, in order. */
    record Input(TensorType type, List<Source> sources) {}

    /** Where a column's value comes from. */
    sealed interface Source {
        /** The feature at this index of the pipeline's features. */
        record Feature(int index, OptionalDouble impute) implements Source {}

        record Request(String field) implements Source {}
    }

    private ScoringPlan(Pipeline pipeline, List<Input> inputs, List<String> faults, List<String> remarks) {
        this.pipeline = pipeline;
        this.inputs = List.copyOf(inputs);
        this.faults = List.copyOf(faults);
        this.remarks = List.copyOf(remarks);
    }

    static ScoringPlan of(Pipeline pipeline, ModelDefinition model) {
        var faults = new ArrayList<String>();
        var remarks = new ArrayList<String>();
        var inputs = new ArrayList<Input>();
        if (model.output().isEmpty()) {
            faults.add(title(model) + " says neither 'inputs' nor 'output' in its model.yaml, which a pipeline needs");
        }
        for (ModelDefinition.Input input : model.inputs()) {
            var sources = new ArrayList<Source>();
            for (Column column : input.columns()) {
                sources.add(source(pipeline, model, column, faults, remarks));
            }
            inputs.add(new Input(input.type(), List.copyOf(sources)));
        }
        for (String feature : pipeline.features()) {
            if (!model.features().contains(feature)) {
                remarks.add("the pipeline lists feature '" + feature + "', which " + title(model) + " does not take");
            }
        }
        for (String field : pipeline.request().keySet().stream().sorted().toList()) {
            if (!model.requestFields().contains(field)) {
                remarks.add(
                        "the pipeline lists request field '" + field + "', which " + title(model) + " does not take");
            }
        }
        return new ScoringPlan(pipeline, inputs, faults, remarks);
    }

    private static Source source(
            Pipeline pipeline, ModelDefinition model, Column column, List<String> faults, List<String> remarks) {
        return switch (column) {
            case Column.Feature(String reference, OptionalDouble impute) -> {
                int index = pipeline.features().indexOf(reference);
                if (index < 0) {
                    faults.add(title(model) + " takes feature '" + reference + "', which the pipeline does not list");
                } else if (pipeline.missing() == Pipeline.Missing.IMPUTE && impute.isEmpty()) {
                    remarks.add(
                            "the pipeline imputes, but " + title(model) + " gives no value for '" + reference + "'");
                }
                yield new Source.Feature(index, impute);
            }
            case Column.Request(String field) -> {
                FieldType type = pipeline.request().get(field);
                if (type == null) {
                    faults.add(title(model) + " takes request field '" + field + "', which the pipeline does not list");
                } else if (type == FieldType.STRING) {
                    faults.add(title(model) + " takes request field '" + field + "', which is no number");
                }
                yield new Source.Request(field);
            }
        };
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

    /** Why the model cannot score for the pipeline; empty where it can. */
    List<String> faults() {
        return faults;
    }

    /** What an author would want to know, although the model can score. */
    List<String> remarks() {
        return remarks;
    }
}
