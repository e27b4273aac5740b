package io.millrace.inference.domain.ensemble;

import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Models and expressions that are called as one model. Every tensor has a name that nothing else in the ensemble has; who takes it runs after who makes it, whatever the
 * order of the steps.
 *
 * @param version of the definition, which its author raises; {@code 1} where none is given
 * @param outputs tensors of the ensemble that are its answer
 * @param prediction the output and its column that are a pipeline's prediction; there where pipelines may use the ensemble
 * @param yaml the definition as its author wrote it
 */
public record Ensemble(
        String name,
        String version,
        List<Input> inputs,
        List<TensorSpec> outputs,
        List<Step> steps,
        Optional<ModelDefinition.Output> prediction,
        String yaml)
        implements Definition {
    public Ensemble {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        steps = List.copyOf(steps);
    }

    /**
     * A tensor that callers bring.
     *
     * @param columns what a pipeline fills it with; none where the ensemble is there for calls with tensors alone
     */
    public record Input(TensorSpec spec, List<ModelDefinition.Column> columns) {
        public Input {
            columns = List.copyOf(columns);
        }
    }

    /** What is done with tensors. */
    public sealed interface Step {
        String name();
    }

    /**
     * Runs a model.
     *
     * @param inputs the model's inputs, each with the tensor that goes into it
     * @param outputs the model's outputs that are wanted, each with the tensor that it becomes
     */
    public record ModelStep(String name, ModelReference model, Map<String, String> inputs, Map<String, String> outputs)
            implements Step {
        public ModelStep {
            inputs = new LinkedHashMap<>(inputs);
            outputs = new LinkedHashMap<>(outputs);
        }
    }

    /** Computes tensors row by row. */
    public record ComputeStep(String name, List<Computed> tensors) implements Step {
        public ComputeStep {
            tensors = List.copyOf(tensors);
        }
    }

    /**
     * A tensor that is computed.
     *
     * @param expressions in CEL, one for each column
     * @param isTable whether its shape is [rows, columns], or [rows]
     */
    public record Computed(String name, Datatype datatype, List<String> expressions, boolean isTable) {
        public Computed {
            expressions = List.copyOf(expressions);
        }

        public TensorSpec spec() {
            List<Long> rows = List.of(TensorSpec.VARIABLE);
            return new TensorSpec(
                    name, datatype, isTable ? List.of(TensorSpec.VARIABLE, (long) expressions.size()) : rows);
        }
    }

    /** What callers see. */
    public Signature signature() {
        return new Signature(inputs.stream().map(Input::spec).toList(), outputs);
    }

    /** The steps that run a model, in the author's order. */
    public List<ModelStep> modelSteps() {
        return steps.stream()
                .filter(ModelStep.class::isInstance)
                .map(ModelStep.class::cast)
                .toList();
    }
}
