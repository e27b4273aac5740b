package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.UndecodableRecordException;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.domain.InputFormat;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipeline's events: of a record, the fields that the pipeline names. Bounded whatever the bytes are. What cannot be read is an answer; a registry
 * of schemas that does not answer is not. Thread-safe.
 */
final class EventDecoder {
    private static final int MAX_KEY_CHARACTERS = 1_024;
    private static final long MIN_MICROS = micros(Instant.parse("0001-01-01T00:00:00Z"));
    private static final long MAX_MICROS = micros(Instant.parse("9999-12-31T23:59:59.999999Z"));

    private final Pipeline pipeline;
    private final int maxBytes;
    private final EventFields reader;

    /**
     * A decoder of the pipeline's format.
     *
     * @param schemas the registry; empty where there is none
     * @throws io.millrace.features.kernel.format.InvalidSchemaException where records in the pipeline's format cannot be read so
     */
    EventDecoder(Pipeline pipeline, int maxBytes, Optional<SchemaRegistry> schemas) {
        this.pipeline = pipeline;
        this.maxBytes = maxBytes;
        var fields = new LinkedHashSet<>(pipeline.entity().values());
        fields.addAll(pipeline.request().keySet());
        fields.add(pipeline.key());
        fields.add(pipeline.input().timestampField());
        this.reader = pipeline.input().format().encoding() == InputFormat.Encoding.JSON
                ? new JsonFields(
                        fields,
                        new LinkedHashSet<>(
                                List.of(pipeline.key(), pipeline.input().timestampField())),
                        maxBytes)
                : new SchemaFields(pipeline.input().format(), fields, schemas);
    }

    /**
     * Reads one record's value.
     *
     * @throws io.millrace.features.kernel.format.SchemaRegistryUnavailableException where its schema cannot be had now
     */
    DecodedEvent decode(byte @Nullable [] value) {
        if (value == null) {
            return new DecodedEvent.Faulty(DeadLetterReason.TOMBSTONE, "the record has no value");
        }
        if (value.length > maxBytes) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.OVERSIZED, value.length + " bytes, at most " + maxBytes + " are read");
        }
        EventFields.Read read;
        try {
            read = reader.read(value);
        } catch (IOException e) {
            return new DecodedEvent.Faulty(DeadLetterReason.UNDECODABLE, shortened(e.getMessage()));
        } catch (UndecodableRecordException e) {
            return new DecodedEvent.Faulty(
                    DeadLetterReason.UNDECODABLE, shortened(e.fault().name() + ": " + e.getMessage()));
        }
        return event(read);
    }

    private DecodedEvent event(EventFields.Read read) {
        Map<String, Object> fields = read.values();
        Map<String, String> texts = read.texts();
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
            Long instant = read.instants().get(timestampField);
            timestamp = instant == null ? timestamp(written, texts.getOrDefault(timestampField, "")) : inRange(instant);
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
        return timestamp(pipeline.input().unit(), written, text);
    }

    /**
     * A timestamp field's instant in microseconds since the epoch.
     *
     * @param text as it is written
     * @throws DateTimeException where it is none, or outside the years 1 to 9999; also {@link ArithmeticException} and {@link NumberFormatException}
     */
    static long timestamp(TimestampUnit unit, Object written, String text) {
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
        return inRange(micros);
    }

    static long inRange(long micros) {
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

    static String shortened(@Nullable String text) {
        String whole = String.valueOf(text);
        return whole.length() <= 300 ? whole : whole.substring(0, 300);
    }
}
