package io.millrace.inference.app.infer;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest.RequestedOutput;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Holds a request against what its model takes and gives. */
final class RequestCheck {
    private final String title;
    private final BiPredicate<TensorSpec, Datatype> takes;
    private final List<Refusal.Detail> faults = new ArrayList<>();

    private RequestCheck(String title, BiPredicate<TensorSpec, Datatype> takes) {
        this.title = title;
        this.takes = takes;
    }

    /**
     * @param title of the model, for the words
     * @param takes whether an input takes elements of a type
     * @throws Refusal INVALID_TENSOR with every fault ({@code where} is {@code inputs[i]} or {@code outputs[i]})
     */
    static void check(
            String title,
            Signature signature,
            BiPredicate<TensorSpec, Datatype> takes,
            List<Tensor> inputs,
            List<RequestedOutput> outputs) {
        var check = new RequestCheck(title, takes);
        check.inputs(signature, inputs);
        check.outputs(signature, outputs);
        if (!check.faults.isEmpty()) {
            Refusal.Detail first = check.faults.getFirst();
            throw new Refusal(InferenceReason.INVALID_TENSOR, first.where() + ": " + first.what(), check.faults);
        }
    }

    /**
     * How many rows the tensors have.
     *
     * @param inputs at least one, each with at least one dimension
     * @throws Refusal INVALID_TENSOR where they differ, or are too many
     */
    static int rows(String title, List<Tensor> inputs, int maxRows) {
        long rows = inputs.getFirst().shape().getFirst();
        if (rows > maxRows) {
            throw new Refusal(
                    InferenceReason.INVALID_TENSOR,
                    "at most " + maxRows + " rows in a call of " + title + ", were " + rows);
        }
        for (Tensor input : inputs) {
            if (input.shape().getFirst() != rows) {
                throw new Refusal(
                        InferenceReason.INVALID_TENSOR,
                        "input '" + input.name() + "' has " + input.shape().getFirst() + " rows, '"
                                + inputs.getFirst().name() + "' has " + rows);
            }
        }
        return (int) rows;
    }

    private void inputs(Signature signature, List<Tensor> inputs) {
        var seen = new HashSet<String>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor input = inputs.get(i);
            Optional<TensorSpec> spec = signature.input(input.name());
            if (!seen.add(input.name())) {
                fault(where(i), "input '" + input.name() + "' stands twice");
            } else if (spec.isEmpty()) {
                fault(where(i), title + " takes no input '" + input.name() + "', but " + names(signature.inputs()));
            } else {
                input(i, input, spec.get());
            }
        }
        for (TensorSpec spec : signature.inputs()) {
            if (!seen.contains(spec.name())) {
                fault("inputs", "input '" + spec.name() + "' of " + title + " is missing");
            }
        }
    }

    private static String where(int input) {
        return "inputs[" + input + "]";
    }

    private void input(int place, Tensor input, TensorSpec spec) {
        if (!takes.test(spec, input.datatype())) {
            fault(
                    where(place),
                    "input '" + input.name() + "' is " + input.datatype() + ", " + title + " takes " + spec.datatype());
        } else if (!spec.fits(input.shape())) {
            fault(
                    where(place),
                    "input '" + input.name() + "' has the shape " + input.shape() + ", " + title + " takes "
                            + spec.shape() + " (-1: any size)");
        }
    }

    private void outputs(Signature signature, List<RequestedOutput> outputs) {
        if (outputs.isEmpty()) {
            return;
        }
        var seen = new HashSet<String>();
        for (int i = 0; i < outputs.size(); i++) {
            RequestedOutput output = outputs.get(i);
            String where = "outputs[" + i + "]";
            Optional<TensorSpec> spec = signature.output(output.name());
            if (!seen.add(output.name())) {
                fault(where, "output '" + output.name() + "' stands twice");
            } else if (spec.isEmpty()) {
                fault(where, title + " gives no output '" + output.name() + "', but " + names(signature.outputs()));
            } else if (output.classes() < 0) {
                fault(where, "classification must be at least 1, was " + output.classes());
            } else if (output.classes() > 0 && spec.get().datatype() == Datatype.BYTES) {
                fault(where, "output '" + output.name() + "' is BYTES, which has no classes");
            }
        }
    }

    private void fault(String where, String what) {
        faults.add(new Refusal.Detail(where, what));
    }

    private static List<String> names(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::name).toList();
    }
}
