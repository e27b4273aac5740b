package io.millrace.inference.domain;

import java.util.List;
import java.util.Optional;

/** What a model takes and gives, as its file says. */
public record Signature(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    public Signature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    public Optional<TensorSpec> input(String name) {
        return named(inputs, name);
    }

    public Optional<TensorSpec> output(String name) {
        return named(outputs, name);
    }

    /** Whether rows of several calls can be put behind each other: every tensor's first dimension is open. */
    public boolean isBatch() {
        return !inputs.isEmpty()
                && inputs.stream().allMatch(TensorSpec::isBatch)
                && outputs.stream().allMatch(TensorSpec::isBatch);
    }

    private static Optional<TensorSpec> named(List<TensorSpec> tensors, String name) {
        return tensors.stream().filter(tensor -> tensor.name().equals(name)).findFirst();
    }
}
