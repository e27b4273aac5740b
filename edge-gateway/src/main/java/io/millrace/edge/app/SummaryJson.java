package io.millrace.edge.app;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.edge.domain.Summary;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Summaries as JSON, read strictly: no duplicate keys, nothing behind the end, at most 64 levels deep. */
public final class SummaryJson {
    /** Largest body of one summary, in bytes. */
    public static final int MAX_BYTES = 64 << 10;

    private static final Set<String> OWN = Set.of("record_count", "quality_score", "last_updated", "sequence", "birth");
    private static final JsonMapper MAPPER = mapper(64);
    /** For what the gateway wrote itself: a summary at the limit, wrapped. */
    private static final JsonMapper OWN_MAPPER = mapper(128);

    private SummaryJson() {}

    /**
     * Any JSON value.
     *
     * @throws Refusal INVALID_SUMMARY
     */
    public static JsonNode tree(byte[] json) {
        return tree(MAPPER, json);
    }

    static JsonNode own(byte[] json) {
        return tree(OWN_MAPPER, json);
    }

    private static JsonNode tree(JsonMapper mapper, byte[] json) {
        try {
            JsonNode tree = mapper.readTree(json);
            return tree == null ? mapper.missingNode() : tree;
        } catch (JsonProcessingException e) {
            throw new Refusal(EdgeReason.INVALID_SUMMARY, "not JSON that is taken here: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new Refusal(EdgeReason.INVALID_SUMMARY, "not JSON that is taken here: " + e.getMessage(), e);
        }
    }

    /**
     * {@code {"record_count": int, "quality_score": 0..1, "last_updated": RFC 3339, …}}.
     *
     * @throws Refusal INVALID_SUMMARY, BODY_TOO_LARGE
     */
    public static Summary summary(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new Refusal(
                    EdgeReason.BODY_TOO_LARGE, "a summary has at most " + MAX_BYTES + " bytes, was " + json.length);
        }
        return summary(tree(json));
    }

    /** As {@link #summary(byte[])}, of a value that was read. {@code sequence} and {@code birth} are no part of the summary. */
    public static Summary summary(JsonNode tree) {
        if (!(tree instanceof ObjectNode object)) {
            throw invalid("a summary is a JSON object");
        }
        JsonNode count = object.path("record_count");
        if (!count.isIntegralNumber() || !count.canConvertToLong()) {
            throw invalid("'record_count' must be a whole number");
        }
        JsonNode quality = object.path("quality_score");
        if (!quality.isNumber()) {
            throw invalid("'quality_score' must be a number");
        }
        ObjectNode extra = object.deepCopy();
        extra.remove(OWN);
        try {
            return new Summary(
                    count.longValue(), quality.doubleValue(), time(object.path("last_updated")), extra.toString());
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }

    /** A whole number of 0 to 2^63 − 1; empty where the field is not there. */
    public static OptionalLong whole(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalLong.empty();
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
            throw invalid("'" + field + "' must be a whole number of 0 to 2^63 - 1");
        }
        return OptionalLong.of(value.longValue());
    }

    /** An RFC 3339 time with offset. */
    public static Optional<Instant> time(String text) {
        try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Optional.of(instant);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** The summary as one JSON object. */
    public static String text(Summary summary) {
        String own = "{\"record_count\":" + summary.recordCount() + ",\"quality_score\":" + summary.qualityScore()
                + ",\"last_updated\":\"" + summary.lastUpdated() + "\"";
        return summary.extraJson().equals("{}")
                ? own + "}"
                : own + "," + summary.extraJson().substring(1);
    }

    /** What a node sent beside the known fields, checked: a JSON object, or nothing. */
    public static String extra(String json) {
        if (json.isEmpty()) {
            return "{}";
        }
        if (json.length() > MAX_BYTES || !(tree(json.getBytes(StandardCharsets.UTF_8)) instanceof ObjectNode object)) {
            throw invalid("'extra_json' must be a JSON object of at most " + MAX_BYTES + " characters");
        }
        object.remove(OWN);
        return object.toString();
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Instant time(JsonNode value) {
        return Optional.of(value)
                .filter(JsonNode::isTextual)
                .flatMap(text -> time(text.textValue()))
                .orElseThrow(() -> invalid("'last_updated' must be an RFC 3339 time with an offset"));
    }

    private static Refusal invalid(String message) {
        return new Refusal(EdgeReason.INVALID_SUMMARY, message);
    }

    private static JsonMapper mapper(int depth) {
        JsonMapper mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(depth)
                        .maxNumberLength(100)
                        .maxStringLength(1 << 20)
                        .build());
        return mapper;
    }
}
