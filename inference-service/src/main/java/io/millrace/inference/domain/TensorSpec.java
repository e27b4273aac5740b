package io.millrace.inference.domain;

import java.util.List;

/**
 * A tensor that a model takes or gives.
 *
 * @param shape sizes of its dimensions; {@link #VARIABLE} where the model leaves one open
 */
public record TensorSpec(String name, Datatype datatype, List<Long> shape) {
    /** The size of a dimension that differs from call to call, as the Open Inference Protocol writes it. */
    public static final long VARIABLE = -1;

    public TensorSpec {
        shape = List.copyOf(shape);
    }

    /** Whether a tensor of this shape is one of these. */
    public boolean fits(List<Long> given) {
        if (given.size() != shape.size()) {
            return false;
        }
        for (int i = 0; i < given.size(); i++) {
            if (shape.get(i) != VARIABLE && !shape.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the first dimension counts rows that a call may have any number of. */
    public boolean isBatch() {
        return !shape.isEmpty() && shape.getFirst() == VARIABLE;
    }

    /**
     * The shape as Triton's configuration writes it: without the batch, and with at least one dimension.
     *
     * @param withoutBatch whether the first dimension is the batch
     */
    public List<Long> configured(boolean withoutBatch) {
        List<Long> dimensions = withoutBatch ? shape.subList(1, shape.size()) : shape;
        return dimensions.isEmpty() ? List.of(1L) : dimensions;
    }
}
