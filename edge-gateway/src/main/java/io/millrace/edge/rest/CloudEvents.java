package io.millrace.edge.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Push;
import io.millrace.edge.app.SummaryJson;
import io.millrace.gate.Refusal;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * CloudEvents 1.0 that carry a summary, in the three modes of their HTTP protocol binding. The attributes id, source, specversion and type are required; the
 * extension attributes {@code sequence} and {@code birth} count like the fields of that name in a plain push, whose place in the data they may take.
 */
final class CloudEvents {
    private static final int MAX_EVENTS = 1_000;
    private static final int MAX_ATTRIBUTE = 1_024;

    private CloudEvents() {}

    /** A summary with {@code sequence} and {@code birth} among its fields. */
    static Push plain(JsonNode body, Optional<Push.Event> event) {
        return new Push(
                SummaryJson.summary(body),
                SummaryJson.whole(body, "birth").orElse(0),
                SummaryJson.whole(body, "sequence"),
                event);
    }

    /** Attributes in headers {@code ce-…}, percent-encoded; the data is the body. */
    static Push binary(Function<String, @Nullable String> headers, byte[] body) {
        return push(
                name -> {
                    String value = headers.apply("ce-" + name);
                    return value == null ? null : percentDecoded(value);
                },
                SummaryJson.tree(body));
    }

    /** One JSON object with attributes and {@code data} or {@code data_base64}. */
    static Push structured(JsonNode event) {
        if (!event.isObject()) {
            throw invalid("an event is a JSON object");
        }
        String contentType = attribute(event, "datacontenttype");
        if (contentType != null && !isJson(contentType)) {
            throw invalid("'datacontenttype' must be JSON, was '" + contentType + "'");
        }
        return push(name -> attribute(event, name), data(event));
    }

    /** A JSON list of structured events, 1 to 1,000. */
    static List<Push> batch(JsonNode events) {
        if (!events.isArray() || events.isEmpty() || events.size() > MAX_EVENTS) {
            throw invalid("a batch is a JSON list of 1 to " + MAX_EVENTS + " events");
        }
        var pushes = new ArrayList<Push>();
        for (int i = 0; i < events.size(); i++) {
            try {
                pushes.add(structured(events.get(i)));
            } catch (Refusal refusal) {
                throw new Refusal(
                        refusal.reason(),
                        "event " + i + ": " + refusal.getMessage(),
                        List.of(new Refusal.Detail("[" + i + "]", refusal.getMessage())));
            }
        }
        return pushes;
    }

    private static Push push(Function<String, @Nullable String> attributes, JsonNode data) {
        String version = required(attributes, "specversion");
        if (!version.equals("1.0")) {
            throw invalid("'specversion' must be 1.0, was '" + version + "'");
        }
        required(attributes, "type");
        var event = new Push.Event(required(attributes, "source"), required(attributes, "id"));
        Push plain = plain(data, Optional.of(event));
        OptionalLong sequence = number(attributes, "sequence");
        return new Push(
                plain.summary(),
                number(attributes, "birth").orElse(plain.birth()),
                sequence.isPresent() ? sequence : plain.sequence(),
                plain.event());
    }

    private static JsonNode data(JsonNode event) {
        JsonNode encoded = event.path("data_base64");
        if (!encoded.isTextual()) {
            return event.path("data");
        }
        try {
            return SummaryJson.tree(Base64.getDecoder().decode(encoded.textValue()));
        } catch (IllegalArgumentException e) {
            throw new Refusal(EdgeReason.INVALID_EVENT, "'data_base64' is not Base64", e);
        }
    }

    private static @Nullable String attribute(JsonNode event, String name) {
        JsonNode value = event.path(name);
        return value.isTextual() || value.isIntegralNumber() ? value.asText() : null;
    }

    private static String required(Function<String, @Nullable String> attributes, String name) {
        String value = attributes.apply(name);
        if (value == null || value.isEmpty()) {
            throw invalid("the attribute '" + name + "' is missing");
        }
        if (value.length() > MAX_ATTRIBUTE || value.chars().anyMatch(Character::isISOControl)) {
            throw invalid("the attribute '" + name + "' must have at most " + MAX_ATTRIBUTE
                    + " characters and no control character");
        }
        return value;
    }

    private static OptionalLong number(Function<String, @Nullable String> attributes, String name) {
        String value = attributes.apply(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        try {
            long number = Long.parseLong(value);
            if (number >= 0) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            throw new Refusal(EdgeReason.INVALID_EVENT, "'" + name + "' must be a whole number", e);
        }
        throw invalid("'" + name + "' must be 0 or more");
    }

    private static boolean isJson(String contentType) {
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.endsWith("+json");
    }

    private static String percentDecoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        var bytes = new ByteArrayOutputStream();
        byte[] raw = value.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < raw.length; i++) {
            int high = raw[i] == '%' && i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(raw[i + 2], 16);
            if (low >= 0) {
                bytes.write(high << 4 | low);
                i += 2;
            } else if (raw[i] == '%') {
                throw invalid("a header has a '%' that two hexadecimal digits do not follow");
            } else {
                bytes.write(raw[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new Refusal(EdgeReason.INVALID_EVENT, "a header is not percent-encoded UTF-8", e);
        }
    }

    private static Refusal invalid(String message) {
        return new Refusal(EdgeReason.INVALID_EVENT, message);
    }
}
