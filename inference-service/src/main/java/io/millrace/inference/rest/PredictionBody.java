package io.millrace.inference.rest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.gate.GateReason;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Predictions;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A prediction request in JSON: {@code {"rows": [{...}], "as_of": "RFC 3339", "complete_within_ms": n, "id": text, "explain": true or n}}, or a single row's fields as an object without
 * {@code rows}. Fields are scalars; null is a field that is not there; keys that stand twice are refused. Read as a stream and bounded as it is read:
 * 10,000 rows, 1,000 fields in each, 64 KiB a text, 100 characters a number; the whole body by the server.
 */
record PredictionBody(List<Predictions.Row> rows, Duration complete, String id, Wanted contributions) {
    private static final int MAX_ROWS = 10_000;
    private static final int MAX_FIELDS = 1_000;
    private static final String ROWS = "rows";
    private static final String AS_OF = "as_of";
    private static final String COMPLETE = "complete_within_ms";
    private static final String ID = "id";
    private static final String EXPLAIN = "explain";
    private static final Set<String> OPTIONS = Set.of(AS_OF, COMPLETE, ID, EXPLAIN);

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(16)
                    .maxNameLength(1_000)
                    .maxStringLength(1 << 16)
                    .maxNumberLength(100)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * @throws Refusal MALFORMED_REQUEST, INVALID_REQUEST, WRONG_TYPE
     */
    static PredictionBody read(InputStream body) throws IOException {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Refusal(GateReason.MALFORMED_REQUEST, "the body must be a JSON object");
            }
            PredictionBody read = read(parser);
            if (parser.nextToken() != null) {
                throw new Refusal(GateReason.MALFORMED_REQUEST, "something follows the JSON object");
            }
            return read;
        } catch (JacksonException e) {
            throw new Refusal(
                    GateReason.MALFORMED_REQUEST,
                    "the body is not the JSON that is expected here: " + e.getOriginalMessage(),
                    e);
        }
    }

    private static PredictionBody read(JsonParser parser) throws IOException {
        var scalars = new HashMap<String, Object>();
        List<Map<String, Object>> rows = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals(ROWS)) {
                rows = rows(parser);
            } else {
                put(scalars, name, parser, "");
            }
        }
        if (rows == null) {
            return new PredictionBody(
                    List.of(new Predictions.Row(scalars, OptionalLong.empty())), Duration.ZERO, "", Wanted.NONE);
        }
        for (String name : scalars.keySet()) {
            if (!OPTIONS.contains(name)) {
                throw new Refusal(
                        InferenceReason.INVALID_REQUEST,
                        "unknown key '" + name + "': beside 'rows' there may be " + OPTIONS);
            }
        }
        OptionalLong asOf = asOf(scalars.get(AS_OF));
        return new PredictionBody(
                rows.stream().map(fields -> new Predictions.Row(fields, asOf)).toList(),
                complete(scalars.get(COMPLETE)),
                id(scalars.get(ID)),
                ExplainOption.of(scalars.get(EXPLAIN)));
    }

    private static List<Map<String, Object>> rows(JsonParser parser) throws IOException {
        if (!parser.isExpectedStartArrayToken()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'rows' must be a list of objects");
        }
        var rows = new ArrayList<Map<String, Object>>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String place = "rows[" + rows.size() + "]";
            if (!parser.isExpectedStartObjectToken()) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, place + " must be an object");
            }
            if (rows.size() == MAX_ROWS) {
                throw new Refusal(InferenceReason.INVALID_REQUEST, "at most " + MAX_ROWS + " rows");
            }
            var fields = new HashMap<String, Object>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                put(fields, name, parser, place + ".");
            }
            rows.add(fields);
        }
        return rows;
    }

    private static void put(Map<String, Object> fields, String name, JsonParser parser, String place)
            throws IOException {
        Object value = scalar(parser, place + name);
        if (value != null && fields.put(name, value) == null && fields.size() > MAX_FIELDS) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "at most " + MAX_FIELDS + " fields in a row");
        }
    }

    /** The value that the parser stands at. */
    private static @Nullable Object scalar(JsonParser parser, String place) throws IOException {
        switch (parser.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_NUMBER_INT -> {
                if (parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
                    return parser.getLongValue();
                }
            }
            default -> {}
        }
        throw new Refusal(
                InferenceReason.WRONG_TYPE,
                place + " must be a text, true, false, or a number that a 64-bit type holds");
    }

    private static OptionalLong asOf(@Nullable Object value) {
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            Instant instant = OffsetDateTime.parse(value.toString()).toInstant();
            return OptionalLong.of(ChronoUnit.MICROS.between(Instant.EPOCH, instant));
        } catch (DateTimeException | ArithmeticException e) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "'as_of' must be an instant such as 2001-03-02T10:15:00Z", e);
        }
    }

    private static String id(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case String text -> text;
            default -> throw new Refusal(InferenceReason.INVALID_REQUEST, "'id' must be a text");
        };
    }

    private static Duration complete(@Nullable Object value) {
        if (value == null) {
            return Duration.ZERO;
        }
        if (!(value instanceof Long millis) || millis < 0 || millis > Integer.MAX_VALUE) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'complete_within_ms' must be a whole number from 0");
        }
        return Duration.ofMillis(millis);
    }
}
