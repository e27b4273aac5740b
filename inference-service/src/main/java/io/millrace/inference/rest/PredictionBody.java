package io.millrace.inference.rest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Predictions;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A prediction request in JSON: {@code {"rows": [{...}], "as_of": "RFC 3339", "complete_within_ms": n}}, or a single row's fields as an object without
 * {@code rows}. Nesting is bounded to 16, a text to 64 KiB, a number to 100 characters; the body's size by the server. Fields are scalars; null is a
 * field that is not there; keys that stand twice are refused.
 */
record PredictionBody(List<Predictions.Row> rows, Duration complete) {
    private static final String ROWS = "rows";
    private static final String AS_OF = "as_of";
    private static final String COMPLETE = "complete_within_ms";
    private static final Set<String> OPTIONS = Set.of(ROWS, AS_OF, COMPLETE);

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(1 << 16)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @throws Refusal MALFORMED_REQUEST, INVALID_REQUEST, WRONG_TYPE
     */
    static PredictionBody read(InputStream body) throws IOException {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JacksonException e) {
            throw new Refusal(
                    GateReason.MALFORMED_REQUEST,
                    "the body is not the JSON that is expected here: " + e.getOriginalMessage(),
                    e);
        }
        if (root == null || !root.isObject()) {
            throw new Refusal(GateReason.MALFORMED_REQUEST, "the body must be a JSON object");
        }
        if (!root.has(ROWS)) {
            return new PredictionBody(
                    List.of(new Predictions.Row(fields(root, "row"), OptionalLong.empty())), Duration.ZERO);
        }
        root.fieldNames().forEachRemaining(name -> {
            if (!OPTIONS.contains(name)) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, "unknown key '" + name + "': known are " + OPTIONS);
            }
        });
        return new PredictionBody(rows(root.get(ROWS), asOf(root)), complete(root));
    }

    private static List<Predictions.Row> rows(JsonNode node, OptionalLong asOf) {
        if (!node.isArray()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'rows' must be a list of objects");
        }
        var rows = new ArrayList<Predictions.Row>(node.size());
        for (JsonNode row : node) {
            rows.add(new Predictions.Row(fields(row, "rows[" + rows.size() + "]"), asOf));
        }
        return rows;
    }

    private static Map<String, Object> fields(JsonNode row, String place) {
        if (!row.isObject()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, place + " must be an object");
        }
        var fields = new HashMap<String, Object>();
        for (Iterator<Map.Entry<String, JsonNode>> all = row.fields(); all.hasNext(); ) {
            Map.Entry<String, JsonNode> field = all.next();
            JsonNode value = field.getValue();
            if (!value.isNull()) {
                fields.put(field.getKey(), scalar(value, place + "." + field.getKey()));
            }
        }
        return fields;
    }

    private static Object scalar(JsonNode value, String place) {
        if (value.isTextual()) {
            return value.textValue();
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            return value.longValue();
        }
        if (value.isFloatingPointNumber()) {
            return value.doubleValue();
        }
        throw new Refusal(
                InferenceReason.WRONG_TYPE,
                place + " must be a text, true, false, or a number that a 64-bit type holds");
    }

    private static OptionalLong asOf(JsonNode root) {
        JsonNode node = root.path(AS_OF);
        if (node.isMissingNode() || node.isNull()) {
            return OptionalLong.empty();
        }
        try {
            Instant instant = OffsetDateTime.parse(node.textValue() == null ? "" : node.textValue())
                    .toInstant();
            return OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "'as_of' must be an instant such as 2001-03-02T10:15:00Z", e);
        }
    }

    private static Duration complete(JsonNode root) {
        JsonNode node = root.path(COMPLETE);
        if (node.isMissingNode() || node.isNull()) {
            return Duration.ZERO;
        }
        if (!node.canConvertToInt() || !node.isIntegralNumber()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'complete_within_ms' must be a whole number");
        }
        return Duration.ofMillis(node.intValue());
    }
}
