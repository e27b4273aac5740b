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
        return !inputs.isEmpty() && areBatches(inputs) && areBatches(outputs);
    }

    // Every call asks for these: loops make nothing that would have to be collected.
    private static boolean areBatches(List<TensorSpec> tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            if (!tensors.get(i).isBatch()) {
                return false;
            }
        }
        return true;
    }

    private static Optional<TensorSpec> named(List<TensorSpec> tensors, String name) {
        for (int i = 0; i < tensors.size(); i++) {
            if (tensors.get(i).name().equals(name)) {
                return Optional.of(tensors.get(i));
            }
        }
        return Optional.empty();
    }
}
