package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Small bodies: a JSON object, or nothing at all, which clients send where they have nothing to say. */
final class OipBody {
    private OipBody() {}

    /**
     * @throws Refusal INVALID_REQUEST
     */
    static JsonNode object(ObjectMapper json, byte @Nullable [] body) throws IOException {
        if (body == null || body.length == 0) {
            return json.createObjectNode();
        }
        JsonNode node = json.readTree(body);
        if (!node.isObject()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "the body must be a JSON object");
        }
        return node;
    }

    static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** Trace settings as Triton writes them: the levels are a list, all else is one text. */
    static Map<String, Object> traces(Map<String, List<String>> settings) {
        Map<String, Object> written = new TreeMap<>();
        settings.forEach(
                (name, values) -> written.put(name, name.equals("trace_level") ? values : String.join(",", values)));
        return written;
    }
}
