package io.millrace.inference.app.ensemble;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An ensemble with models of certain signatures, ready to run. Thread-safe. */
final class EnsemblePlan {
    private final Ensemble ensemble;
    private final Map<String, Signature> signatures;
    private final List<Work> work;

    /** Runs the model of a step. */
    @FunctionalInterface
    interface StepModels {
        /**
         * @throws Refusal of the model
         */
        Inferred infer(String step, List<Tensor> inputs);
    }

    private EnsemblePlan(Ensemble ensemble, Map<String, Signature> signatures, List<Work> work) {
        this.ensemble = ensemble;
        this.signatures = Map.copyOf(signatures);
        this.work = work;
    }

    /**
     * @param signatures of all models by step
     * @param findings takes what stands against it; empty then
     */
    static Optional<EnsemblePlan> of(Ensemble ensemble, Map<String, Signature> signatures, Findings findings) {
        var found = new ArrayList<String>();
        List<Work> work = EnsembleCheck.check(ensemble, signatures, (step, part, what) -> {
            found.add(what);
            findings.add(step, part, what);
        });
        return found.isEmpty()
                ? Optional.of(new EnsemblePlan(ensemble, signatures, needed(ensemble, work)))
                : Optional.empty();
    }

    /** What the outputs are made of; what nobody takes is not done. */
    private static List<Work> needed(Ensemble ensemble, List<Work> work) {
        var wanted = new HashSet<String>();
        ensemble.outputs().forEach(output -> wanted.add(output.name()));
        var needed = new ArrayList<Work>();
        for (Work each : work.reversed()) {
            if (each.makes().stream().anyMatch(wanted::contains)) {
                wanted.addAll(each.takes());
                needed.add(each);
            }
        }
        return List.copyOf(needed.reversed());
    }

    boolean isOf(Ensemble other, Map<String, Signature> others) {
        return ensemble == other && signatures.equals(others);
    }

    /**
     * Runs the steps, each after what it takes.
     *
     * @param inputs checked against the ensemble's signature
     * @param models runs the model of a step
     * @return the outputs, in order
     * @throws Refusal of a model, or INVALID_TENSOR where a row cannot be computed; the message names the step
     */
    List<Tensor> run(List<Tensor> inputs, int rows, StepModels models, Deadline deadline) {
        var run = new Run(rows, models);
        for (Ensemble.Input input : ensemble.inputs()) {
            Tensor tensor = inputs.stream()
                    .filter(given -> given.name().equals(input.spec().name()))
                    .findFirst()
                    .orElseThrow();
            run.put(input.spec(), tensor, "input");
        }
        for (Work each : work) {
            try {
                deadline.left();
                run.step(each);
            } catch (Refusal refusal) {
                throw ofStep(each.step(), refusal);
            }
        }
        return ensemble.outputs().stream()
                .map(output -> run.fitted(output.name(), output, "output"))
                .toList();
    }

    private static Refusal ofStep(String step, Refusal refusal) {
        String message = "step '" + step + "': " + refusal.getMessage();
        return refusal.retryAfter()
                .map(after -> Refusal.forNow(refusal.reason(), message, after))
                .orElseGet(() -> new Refusal(refusal.reason(), message, refusal));
    }

    /** One run's tensors. Not thread-safe. */
    private final class Run {
        private final int rows;
        private final StepModels models;
        private final Map<String, Tensor> tensors = new HashMap<>();
        private final Map<String, TensorSpec> specs = new HashMap<>();
        private final Map<String, List<FeatureValue>> columns = new HashMap<>();

        private Run(int rows, StepModels models) {
            this.rows = rows;
            this.models = models;
        }

        void step(Work each) {
            switch (each) {
                case Work.Call call -> call(call);
                case Work.Computing computing -> compute(computing);
            }
        }

        private void call(Work.Call call) {
            String step = call.step();
            Signature signature = there(signatures.get(step));
            var inputs = new ArrayList<Tensor>();
            for (TensorSpec input : signature.inputs()) {
                inputs.add(fitted(there(call.of().inputs().get(input.name())), input, "input"));
            }
            List<Tensor> outputs = models.infer(step, inputs).outputs();
            for (Tensor output : outputs) {
                String name = call.of().outputs().get(output.name());
                if (name != null) {
                    TensorSpec spec = signature.output(output.name()).orElseThrow();
                    put(new TensorSpec(name, spec.datatype(), spec.shape()), output, "output");
                }
            }
        }

        private void compute(Work.Computing computing) {
            int width = computing.columns().size();
            var elements = new Elements(computing.tensor().spec(), rows, width);
            List<List<List<FeatureValue>>> arguments = computing.columns().stream()
                    .map(column -> column.variables().stream().map(this::column).toList())
                    .toList();
            for (int row = 0; row < rows; row++) {
                for (int at = 0; at < width; at++) {
                    var values = new ArrayList<@Nullable FeatureValue>();
                    for (List<FeatureValue> argument : arguments.get(at)) {
                        values.add(argument.get(row));
                    }
                    FeatureValue value =
                            computing.columns().get(at).expression().evaluate(values);
                    if (!elements.add(value)) {
                        throw new Refusal(
                                InferenceReason.INVALID_TENSOR,
                                "row " + row + " of '" + computing.tensor().name() + "' cannot be computed: '"
                                        + computing.tensor().expressions().get(at) + "' gives "
                                        + (value == null
                                                ? "nothing"
                                                : "what is no "
                                                        + computing.tensor().datatype()));
                    }
                }
            }
            put(computing.tensor().spec(), elements.tensor(), "output");
        }

        private List<FeatureValue> column(String tensor) {
            List<FeatureValue> known = columns.get(tensor);
            if (known == null) {
                known = RowColumn.values(there(specs.get(tensor)), there(tensors.get(tensor)), rows);
                columns.put(tensor, known);
            }
            return known;
        }

        /** Keeps a tensor under the name of the spec. */
        void put(TensorSpec spec, Tensor tensor, String what) {
            boolean hasRows = !tensor.shape().isEmpty() && tensor.shape().getFirst() == rows;
            if (!hasRows) {
                throw new Refusal(
                        InferenceReason.MODEL_FAILED,
                        what + " '" + tensor.name() + "' has the shape " + tensor.shape() + " for " + rows + " rows");
            }
            tensors.put(spec.name(), tensor.named(spec.name()));
            specs.put(spec.name(), spec);
        }

        Tensor fitted(String name, TensorSpec wanted, String what) {
            Tensor tensor = there(tensors.get(name));
            Tensor fitted = Shapes.fitted(tensor, wanted);
            if (fitted == null) {
                throw new Refusal(
                        InferenceReason.INVALID_TENSOR,
                        what + " '" + wanted.name() + "' has the shape " + wanted.shape() + ", tensor '" + name + "' "
                                + tensor.shape());
            }
            return fitted;
        }

        private static <T> T there(@Nullable T value) {
            if (value == null) {
                throw new IllegalStateException("the plan is not whole");
            }
            return value;
        }
    }
}
