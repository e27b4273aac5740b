package io.millrace.inference.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.infer.TensorJson;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.GoldenRequest;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@code golden.json}: {@code {"tolerance": 1e-6, "requests": [{"id", "tolerance", "request": {…}, "response": {…}}]}}, where a request and a response are what a caller sends and
 * gets over HTTP, with the data as JSON. Other keys of theirs are left alone, so that both can be recorded.
 */
final class GoldenJson {
    private static final double DEFAULT_TOLERANCE = 1e-6;
    private static final int MAX_REQUESTS = 1_000;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(100).build())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private GoldenJson() {}

    /**
     * @param shown the file's name, for the words
     * @throws ModelRefusedException INVALID_GOLDEN
     */
    static List<GoldenRequest> read(String shown, byte[] bytes) throws ModelRefusedException {
        try {
            JsonNode root = JSON.readTree(bytes);
            double tolerance = tolerance(root, DEFAULT_TOLERANCE);
            JsonNode requests = root.path("requests");
            if (!requests.isArray() || requests.isEmpty() || requests.size() > MAX_REQUESTS) {
                throw new IllegalArgumentException("'requests' must be a list of 1 to " + MAX_REQUESTS);
            }
            var golden = new ArrayList<GoldenRequest>(requests.size());
            for (JsonNode request : requests) {
                String id = request.path("id").asText("#" + golden.size());
                golden.add(new GoldenRequest(
                        id,
                        tensors("request '" + id + "'", request.path("request"), "inputs"),
                        tensors("request '" + id + "'", request.path("response"), "outputs"),
                        tolerance(request, tolerance)));
            }
            return golden;
        } catch (IOException | IllegalArgumentException | Refusal e) {
            throw new ModelRefusedException(ModelFault.INVALID_GOLDEN, shown + ": " + e.getMessage(), e);
        }
    }

    private static double tolerance(JsonNode node, double otherwise) {
        JsonNode tolerance = node.path("tolerance");
        if (tolerance.isMissingNode()) {
            return otherwise;
        }
        if (!tolerance.isNumber() || !(tolerance.doubleValue() >= 0) || !Double.isFinite(tolerance.doubleValue())) {
            throw new IllegalArgumentException("'tolerance' must be a number, 0 or more, was " + tolerance);
        }
        return tolerance.doubleValue();
    }

    private static List<Tensor> tensors(String where, JsonNode side, String key) throws IOException {
        JsonNode list = side.path(key);
        if (!list.isArray() || list.isEmpty()) {
            throw new IllegalArgumentException(where + " needs '" + key + "', a list of tensors, was " + list);
        }
        var tensors = new ArrayList<Tensor>(list.size());
        for (JsonNode node : list) {
            String place = where + " " + key + "[" + tensors.size() + "]";
            String name = node.path("name").asText("");
            Datatype type = Datatype.named(node.path("datatype").asText(""))
                    .orElseThrow(() -> new IllegalArgumentException(
                            place + ": '" + node.path("datatype").asText("") + "' is no datatype"));
            List<Long> shape = shape(place, node.path("shape"));
            try (JsonParser data = node.path("data").traverse(JSON)) {
                data.nextToken();
                tensors.add(new Tensor(name, type, shape, TensorJson.read(data, place, type, shape)));
            }
        }
        return tensors;
    }

    private static List<Long> shape(String where, JsonNode node) {
        var shape = new ArrayList<Long>();
        for (JsonNode size : node) {
            if (!size.canConvertToLong() || !size.isIntegralNumber() || size.longValue() < 0) {
                throw new IllegalArgumentException(where + ": 'shape' holds " + size);
            }
            shape.add(size.longValue());
        }
        if (!node.isArray()) {
            throw new IllegalArgumentException(where + " needs 'shape', a list of sizes");
        }
        return shape;
    }
}
