package io.millrace.inference.app.ensemble;

import io.millrace.definitions.NearestName;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ComputeStep;
import io.millrace.inference.domain.ensemble.Ensemble.Computed;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import io.millrace.inference.domain.ensemble.Ensemble.Step;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Holds an ensemble against itself and against the models that it runs, and puts its work in order. Finds everything in one go. Not thread-safe. */
final class EnsembleCheck {
    private final Ensemble ensemble;
    private final Map<String, Signature> signatures;
    private final Findings findings;
    /** Every tensor; its form is null where it depends on a model that is not known. */
    private final Map<String, @Nullable TensorSpec> tensors = new LinkedHashMap<>();
    /** What is made by which work; callers' tensors are not among it. */
    private final Map<String, Work> makers = new LinkedHashMap<>();

    private EnsembleCheck(Ensemble ensemble, Map<String, Signature> signatures, Findings findings) {
        this.ensemble = ensemble;
        this.signatures = signatures;
        this.findings = findings;
    }

    /**
     * Checks it.
     *
     * @param signatures of the models by step; what a step that is not among them takes and gives is not looked at
     * @return the work in an order in which it can be done; of use only where nothing was found and all signatures are there
     */
    static List<Work> check(Ensemble ensemble, Map<String, Signature> signatures, Findings findings) {
        var check = new EnsembleCheck(ensemble, signatures, findings);
        check.tensors();
        List<Work> work = check.work();
        check.outputs();
        check.prediction();
        return check.ordered(work);
    }

    private void tensors() {
        ensemble.inputs().forEach(input -> add("", "inputs", input.spec().name(), input.spec()));
        for (Step step : ensemble.steps()) {
            switch (step) {
                case ComputeStep compute ->
                    compute.tensors().forEach(tensor -> add(step.name(), tensor.name(), tensor.name(), tensor.spec()));
                case ModelStep model ->
                    model.outputs().forEach((output, tensor) -> {
                        Signature signature = signatures.get(step.name());
                        TensorSpec spec = signature == null
                                ? null
                                : signature.output(output).orElse(null);
                        add(step.name(), "outputs", tensor, spec);
                    });
            }
        }
    }

    private void add(String step, String part, String tensor, @Nullable TensorSpec spec) {
        if (tensors.containsKey(tensor)) {
            findings.add(step, part, "tensor '" + tensor + "' is there twice");
        } else {
            tensors.put(tensor, spec);
        }
    }

    private List<Work> work() {
        var all = new ArrayList<Work>();
        for (Step step : ensemble.steps()) {
            switch (step) {
                case ModelStep model -> {
                    var call = new Work.Call(model);
                    check(model);
                    model.outputs().values().forEach(tensor -> makers.putIfAbsent(tensor, call));
                    all.add(call);
                }
                case ComputeStep compute -> {
                    for (Computed tensor : compute.tensors()) {
                        var computing = computing(compute, tensor);
                        makers.putIfAbsent(tensor.name(), computing);
                        all.add(computing);
                    }
                }
            }
        }
        return all;
    }

    private void check(ModelStep step) {
        step.inputs().values().forEach(tensor -> requireTensor(step.name(), "inputs", tensor));
        Signature signature = signatures.get(step.name());
        if (signature == null) {
            return;
        }
        String title = "model '" + step.model().name() + "'";
        if (!signature.isBatch()) {
            findings.add(step.name(), "model", title + " takes no rows: not every tensor's first size is open");
        }
        List<String> inputs = names(signature.inputs());
        step.inputs().forEach((input, tensor) -> signature
                .input(input)
                .ifPresentOrElse(
                        spec -> feeds(step.name(), title + " input '" + input + "'", spec, tensor),
                        () -> findings.add(
                                step.name(),
                                "inputs",
                                title + " takes no '" + input + "', but " + inputs + NearestName.hint(input, inputs))));
        for (String input : inputs) {
            if (!step.inputs().containsKey(input)) {
                findings.add(step.name(), "inputs", "nothing goes into '" + input + "' of " + title);
            }
        }
        List<String> outputs = names(signature.outputs());
        for (String output : step.outputs().keySet()) {
            if (!outputs.contains(output)) {
                findings.add(
                        step.name(),
                        "outputs",
                        title + " gives no '" + output + "', but " + outputs + NearestName.hint(output, outputs));
            }
        }
    }

    private void feeds(String step, String title, TensorSpec wanted, String tensor) {
        TensorSpec given = tensors.get(tensor);
        if (given == null) {
            return;
        }
        if (given.datatype() != wanted.datatype()) {
            findings.add(
                    step,
                    "inputs",
                    title + " is " + wanted.datatype() + ", tensor '" + tensor + "' is " + given.datatype());
        } else if (!Shapes.mayFit(given.shape(), wanted.shape())) {
            findings.add(
                    step,
                    "inputs",
                    title + " has the shape " + wanted.shape() + ", tensor '" + tensor + "' " + given.shape());
        }
    }

    private Work.Computing computing(ComputeStep step, Computed tensor) {
        var takes = new LinkedHashSet<String>();
        var columns = new ArrayList<Work.Column>();
        var expressions = new Expressions(tensors, what -> findings.add(step.name(), tensor.name(), what));
        for (String expression : tensor.expressions()) {
            takes.addAll(expressions.uses(expression));
            Work.Column column = expressions.compile(expression, tensor.datatype());
            if (column != null) {
                columns.add(column);
            }
        }
        return new Work.Computing(step.name(), tensor, takes, columns);
    }

    private void outputs() {
        for (TensorSpec output : ensemble.outputs()) {
            if (requireTensor("", "outputs", output.name())) {
                TensorSpec given = tensors.get(output.name());
                if (given != null && given.datatype() != output.datatype()) {
                    findings.add(
                            "",
                            "outputs",
                            "output '" + output.name() + "' is declared as " + output.datatype() + ", but is "
                                    + given.datatype());
                } else if (given != null && !Shapes.mayFit(given.shape(), output.shape())) {
                    findings.add(
                            "",
                            "outputs",
                            "output '" + output.name() + "' is declared with the shape " + output.shape() + ", but has "
                                    + given.shape());
                }
            }
        }
    }

    private void prediction() {
        ModelDefinition.Output prediction = ensemble.prediction().orElse(null);
        if (prediction == null) {
            return;
        }
        List<String> outputs = names(ensemble.outputs());
        TensorSpec output = ensemble.signature().output(prediction.tensor()).orElse(null);
        if (output == null) {
            findings.add(
                    "",
                    "prediction",
                    "'" + prediction.tensor() + "' is no output" + NearestName.hint(prediction.tensor(), outputs));
            return;
        }
        boolean isNumber = Set.of(Datatype.FP32, Datatype.FP64, Datatype.INT32, Datatype.INT64)
                .contains(output.datatype());
        if (!isNumber || output.shape().size() > 2) {
            findings.add(
                    "",
                    "prediction",
                    "a prediction is FP32, FP64, INT32 or INT64 of at most two dimensions, '" + output.name() + "' is "
                            + output.datatype() + " " + output.shape());
            return;
        }
        long columns = output.shape().size() == 2 ? output.shape().get(1) : 1;
        if (columns != TensorSpec.VARIABLE && prediction.column() >= columns) {
            findings.add(
                    "",
                    "prediction",
                    "'" + output.name() + "' has " + columns + " columns, no column " + prediction.column());
        }
    }

    private boolean requireTensor(String step, String part, String tensor) {
        if (tensors.containsKey(tensor)) {
            return true;
        }
        findings.add(step, part, "there is no tensor '" + tensor + "'" + NearestName.hint(tensor, tensors.keySet()));
        return false;
    }

    /** Depth first; what depends on itself is told once and left out. */
    private List<Work> ordered(List<Work> work) {
        var ordered = new LinkedHashSet<Work>();
        var open = new LinkedHashSet<Work>();
        var told = new HashSet<Work>();
        work.forEach(each -> visit(each, ordered, open, told));
        return List.copyOf(ordered);
    }

    private void visit(Work work, Set<Work> ordered, Set<Work> open, Set<Work> told) {
        if (ordered.contains(work) || told.contains(work)) {
            return;
        }
        if (!open.add(work)) {
            var circle = new ArrayList<String>();
            boolean within = false;
            for (Work each : open) {
                within |= each.equals(work);
                if (within) {
                    circle.add(each.step());
                    told.add(each);
                }
            }
            circle.add(work.step());
            findings.add(work.step(), "name", "steps wait for each other: " + String.join(" → ", circle));
            return;
        }
        for (String tensor : work.takes()) {
            Work maker = makers.get(tensor);
            if (maker != null) {
                visit(maker, ordered, open, told);
            }
        }
        open.remove(work);
        ordered.add(work);
    }

    private static List<String> names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).toList();
    }
}
