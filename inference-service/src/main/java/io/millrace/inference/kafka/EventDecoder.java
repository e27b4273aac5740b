package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.TimestampUnit;
import io.millrace.inference.domain.ScoreRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipeline's events: one JSON object of which the fields that the pipeline names are kept, as they stand at the top level. Bounded whatever
 * the bytes are: depth 64, numbers of 100 characters, names of 1,000. Thread-safe.
 */
final class EventDecoder {
    private static final int MAX_KEY_CHARACTERS = 1_024;
    private static final long MIN_MICROS = micros(Instant.parse("0001-01-01T00:00:00Z"));
    private static final long MAX_MICROS = micros(Instant.parse("9999-12-31T23:59:59.999999Z"));

    private final Pipeline pipeline;
    private final int maxBytes;
    private final Set<String> wanted;
    private final JsonFactory json;

    EventDecoder(Pipeline pipeline, int maxBytes) {
        this.pipeline = pipeline;
        this.maxBytes = maxBytes;
        var fields = new HashSet<>(pipeline.entity().values());
        fields.addAll(pipeline.request().keySet());
        fields.add(pipeline.key());
        fields.add(pipeline.input().timestampField());
        this.wanted = Set.copyOf(fields);
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(64)
                        .maxNumberLength(100)
                        .maxNameLength(1_000)
                        .maxStringLength(maxBytes)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
    }

    /** Reads one record's value. */
    DecodedEvent decode(byte @Nullable [] value) {
        if (value == null) {
            return new DecodedEvent.Faulty(DeadLetterReason.TOMBSTONE, "the record has no value");
        }
        if (value.length > maxBytes) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.OVERSIZED, value.length + " bytes, at most " + maxBytes + " are read");
        }
        var fields = new HashMap<String, Object>();
        var texts = new HashMap<String, String>();
        try (JsonParser parser = json.createParser(value)) {
            read(parser, fields, texts);
        } catch (IOException e) {
            return new DecodedEvent.Faulty(DeadLetterReason.UNDECODABLE, shortened(e.getMessage()));
        }
        return event(fields, texts);
    }

    private void read(JsonParser parser, Map<String, Object> fields, Map<String, String> texts) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException("not a JSON object");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token.isStructStart()) {
                parser.skipChildren();
            } else if (token != JsonToken.VALUE_NULL && wanted.contains(name)) {
                fields.put(name, scalar(parser, token));
                texts.put(name, parser.getText());
            } else if (token == JsonToken.VALUE_STRING) {
                parser.finishToken();
            }
        }
        if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null) {
            throw new IOException("more than one JSON object");
        }
    }

    private static Object scalar(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT, LONG -> (Object) parser.getLongValue();
                    case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> finite(parser.getDoubleValue());
                };
            case VALUE_NUMBER_FLOAT -> finite(parser.getDoubleValue());
            default -> parser.getText();
        };
    }

    private static double finite(double number) throws IOException {
        if (!Double.isFinite(number)) {
            throw new IOException("a number is beyond the range of double");
        }
        return number;
    }

    private DecodedEvent event(Map<String, Object> fields, Map<String, String> texts) {
        String key = texts.getOrDefault(pipeline.key(), "");
        if (key.isEmpty() || key.length() > MAX_KEY_CHARACTERS) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.INVALID_KEY,
                    "field '" + pipeline.key() + "' must be a scalar of 1 to " + MAX_KEY_CHARACTERS + " characters");
        }
        String timestampField = pipeline.input().timestampField();
        Object written = fields.get(timestampField);
        if (written == null) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.MISSING_TIMESTAMP, "field '" + timestampField + "' is missing");
        }
        long timestamp;
        try {
            timestamp = timestamp(written, texts.getOrDefault(timestampField, ""));
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.INVALID_TIMESTAMP,
                    "field '" + timestampField + "' is not an instant in unit "
                            + pipeline.input().unit() + ": " + shortened(e.getMessage()));
        }
        // The model reads the event's fields; the instant before the event is where its own effect is not yet in the
        // features.
        long asOf = pipeline.includeEvent() ? timestamp : timestamp - 1;
        return new DecodedEvent.Event(key, timestamp, new ScoreRow(fields, asOf));
    }

    private long timestamp(Object written, String text) {
        TimestampUnit unit = pipeline.input().unit();
        long micros =
                switch (unit) {
                    case RFC3339 -> {
                        if (!(written instanceof String)) {
                            throw new DateTimeException("not text");
                        }
                        yield micros(OffsetDateTime.parse(text).toInstant());
                    }
                    case S -> decimal(written, text, 6);
                    case MS -> decimal(written, text, 3);
                    case US -> decimal(written, text, 0);
                };
        if (micros < MIN_MICROS || micros > MAX_MICROS) {
            throw new DateTimeException("outside the years 1 to 9999");
        }
        return micros;
    }

    private static long decimal(Object written, String text, int scale) {
        if (written instanceof Long whole) {
            return Math.multiplyExact(whole, (long) Math.pow(10, scale));
        }
        if (written instanceof Double number && Math.abs(number) < 1e18) {
            return new BigDecimal(text)
                    .movePointRight(scale)
                    .setScale(0, RoundingMode.FLOOR)
                    .longValueExact();
        }
        throw new DateTimeException("not a number in range");
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    private static String shortened(@Nullable String text) {
        String whole = String.valueOf(text);
        return whole.length() <= 300 ? whole : whole.substring(0, 300);
    }
}
