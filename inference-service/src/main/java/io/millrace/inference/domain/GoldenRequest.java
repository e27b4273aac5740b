package io.millrace.inference.domain;

import java.util.List;

/**
 * A request whose answer is known: a version that answers otherwise must not serve.
 *
 * @param id for the words
 * @param outputs what is expected, of some or all outputs
 * @param tolerance how far a float may lie from what is expected: {@code |got − expected| ≤ tolerance · max(1, |expected|)}; 0 or more
 */
public record GoldenRequest(String id, List<Tensor> inputs, List<Tensor> outputs, double tolerance) {
    public GoldenRequest {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
