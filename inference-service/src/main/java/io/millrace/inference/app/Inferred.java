package io.millrace.inference.app;

import io.millrace.inference.domain.Tensor;
import java.util.List;

/**
 * What a run of a model gave, and how long its parts took.
 *
 * @param outputs all outputs of the signature, in its order
 * @param inputNanos handing the inputs to the engine
 * @param inferNanos the engine itself
 * @param outputNanos taking the outputs from it
 */
public record Inferred(List<Tensor> outputs, long inputNanos, long inferNanos, long outputNanos) {
    public Inferred {
        outputs = List.copyOf(outputs);
    }
}
