package io.millrace.inference.app.infer;

import io.millrace.inference.domain.Tensor;
import java.util.List;
import java.util.Map;

/**
 * The answer to a call for inference.
 *
 * @param model as it was called
 * @param version the version that answered
 * @param parameters of the request, but for those that steer the protocol itself
 */
public record InferResponse(
        String model, String version, String id, Map<String, Object> parameters, List<Tensor> outputs) {
    public InferResponse {
        parameters = Map.copyOf(parameters);
        outputs = List.copyOf(outputs);
    }
}
