package io.millrace.inference.kafka;

import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.UndecodableRecordException;
import io.millrace.inference.app.DeadLetterReason;
import io.millrace.inference.app.label.LabelExpression;
import io.millrace.inference.domain.InputFormat;
import io.millrace.inference.domain.Pipeline.Input;
import io.millrace.inference.domain.label.LabelJoin;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the records of a label stream. What cannot be read is an answer; a registry of schemas that does not answer is not. Thread-safe. */
final class LabelDecoder {
    /** The label's expression cannot be computed of the event. */
    static final String NO_LABEL = "NO_LABEL";

    private static final int MAX_CHARACTERS = 1_024;

    private final LabelStream labels;
    private final LabelExpression expression;
    private final EventFields reader;
    private final List<String> joined;
    private final int maxBytes;

    /** What a record is. */
    sealed interface Decoded {
        /** @param group as {@link LabelJoin} finds predictions by */
        record Label(String group, long micros, double value, String source) implements Decoded {}

        record Faulty(String reason, String detail) implements Decoded {}
    }

    /** @param schemas the registry; empty where there is none */
    LabelDecoder(LabelStream labels, int maxBytes, Optional<SchemaRegistry> schemas) {
        this.labels = labels;
        this.expression = LabelExpression.of(labels);
        this.maxBytes = maxBytes;
        this.joined = switch (labels.join()) {
            case Join.Key(String field) -> List.of(field);
            case Join.Entity(Map<String, String> fields) -> List.copyOf(new TreeMap<>(fields).values());
        };
        Input input = labels.input();
        var fields = new LinkedHashSet<>(labels.fields().keySet());
        fields.addAll(joined);
        fields.add(input.timestampField());
        if (!labels.source().isEmpty()) {
            fields.add(labels.source());
        }
        var texts = new LinkedHashSet<>(joined);
        texts.add(input.timestampField());
        this.reader = input.format().encoding() == InputFormat.Encoding.JSON
                ? new JsonFields(fields, texts, maxBytes)
                : new SchemaFields(input.format(), fields, schemas);
    }

    /**
     * Reads one record's value.
     *
     * @throws io.millrace.features.kernel.format.SchemaRegistryUnavailableException where its schema cannot be had now
     */
    Decoded decode(byte @Nullable [] value) {
        if (value == null) {
            return faulty(DeadLetterReason.TOMBSTONE, "the record has no value");
        }
        if (value.length > maxBytes) {
            return faulty(DeadLetterReason.OVERSIZED, value.length + " bytes, at most " + maxBytes + " are read");
        }
        try {
            return label(reader.read(value));
        } catch (IOException e) {
            return faulty(DeadLetterReason.UNDECODABLE, EventDecoder.shortened(e.getMessage()));
        } catch (UndecodableRecordException e) {
            return faulty(
                    DeadLetterReason.UNDECODABLE,
                    EventDecoder.shortened(e.fault().name() + ": " + e.getMessage()));
        }
    }

    private Decoded label(EventFields.Read read) {
        var values = new ArrayList<String>();
        for (String field : joined) {
            Object value = read.values().get(field);
            String text = value == null ? "" : text(field, value, read);
            if (text.isEmpty() || text.length() > MAX_CHARACTERS) {
                return faulty(
                        DeadLetterReason.INVALID_KEY,
                        "field '" + field + "' must be a scalar of 1 to " + MAX_CHARACTERS + " characters");
            }
            values.add(text);
        }
        String timestampField = labels.input().timestampField();
        Object written = read.values().get(timestampField);
        if (written == null) {
            return faulty(DeadLetterReason.MISSING_TIMESTAMP, "field '" + timestampField + "' is missing");
        }
        long micros;
        try {
            Long instant = read.instants().get(timestampField);
            micros = instant == null
                    ? EventDecoder.timestamp(
                            labels.input().unit(), written, read.texts().getOrDefault(timestampField, ""))
                    : EventDecoder.inRange(instant);
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            return faulty(
                    DeadLetterReason.INVALID_TIMESTAMP,
                    "field '" + timestampField + "' is not an instant in unit "
                            + labels.input().unit() + ": " + EventDecoder.shortened(e.getMessage()));
        }
        OptionalDouble label = expression.of(read.values());
        if (label.isEmpty()) {
            return new Decoded.Faulty(NO_LABEL, "'label' cannot be computed of the event's fields");
        }
        Object source = labels.source().isEmpty() ? null : read.values().get(labels.source());
        return new Decoded.Label(
                labels.join() instanceof Join.Key ? values.getFirst() : LabelJoin.group(values),
                micros,
                label.getAsDouble(),
                source == null ? "" : EventDecoder.shortened(source.toString()));
    }

    /** A key is told as it is written, as the pipeline tells it; of an entity the value counts. */
    private String text(String field, Object value, EventFields.Read read) {
        return labels.join() instanceof Join.Key ? read.texts().getOrDefault(field, "") : value.toString();
    }

    private static Decoded faulty(DeadLetterReason reason, String detail) {
        return new Decoded.Faulty(reason.name(), detail);
    }
}
