package io.millrace.inference.rest.oip;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Caller;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.InferRequest;
import io.millrace.inference.app.infer.TensorJson;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A body that is nothing but the data of a model's one input, one row of it. */
final class OipRawBody {
    private OipRawBody() {}

    /**
     * @throws Refusal INVALID_REQUEST, INVALID_TENSOR
     */
    static InferRequest request(
            String model, Optional<String> version, Signature signature, Caller caller, byte[] body) {
        if (signature.inputs().size() != 1) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "a raw body is for a model of one input, '" + model + "' has "
                            + signature.inputs().size());
        }
        TensorSpec input = signature.inputs().getFirst();
        Tensor tensor;
        if (input.datatype() == Datatype.BYTES) {
            tensor = Tensor.ofStrings(input.name(), shape(input, 1), List.of(body));
        } else {
            List<Long> shape = shape(input, body.length / input.datatype().bytes());
            ByteBuffer data = ByteBuffer.wrap(body);
            String fault = Tensor.fault(input.datatype(), shape, data);
            if (fault != null) {
                throw TensorJson.refused("inputs[0]", "the raw body " + fault);
            }
            tensor = new Tensor(input.name(), input.datatype(), shape, data);
        }
        return new InferRequest(model, version, "", Map.of(), List.of(tensor), List.of(), Optional.empty(), caller);
    }

    /** One row, and what one open size more has to be for so many elements. */
    private static List<Long> shape(TensorSpec input, long elements) {
        var shape = new ArrayList<>(input.shape());
        if (input.isBatch() && shape.size() > 1) {
            shape.set(0, 1L);
        }
        int open = shape.indexOf(TensorSpec.VARIABLE);
        if (open != shape.lastIndexOf(TensorSpec.VARIABLE)) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "a raw body does not say the shape of '" + input.name() + "', which is " + input.shape());
        }
        if (open >= 0) {
            shape.set(open, 1L);
            long rest = Math.max(1, Tensor.elements(shape));
            shape.set(open, elements / rest);
        }
        return shape;
    }
}
