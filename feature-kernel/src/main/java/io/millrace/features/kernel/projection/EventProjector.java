package io.millrace.features.kernel.projection;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.EventFields;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.EventField;
import io.millrace.features.kernel.FeatureView.JoinKey;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.RecordFormat;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.format.RecordDecoder;
import io.millrace.features.kernel.format.RecordDecoders;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.UndecodableRecordException;
import io.millrace.features.kernel.projection.Projection.SkipReason;
import io.millrace.features.kernel.projection.Projection.Undecodable;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes a view's events from its source's records. Compiled once per view; thread-safe.
 *
 * <p>Records in Avro and Protobuf are read by {@link RecordDecoder}. Of a JSON record only the fields that the view uses are looked at; the rest must be JSON all the same. Types are strict: a number for
 * {@code double} (or the texts NaN, Infinity, -Infinity), a whole number for {@code int64}, base64 for {@code bytes}, RFC 3339 for
 * {@code timestamp}. A field that is null or not there is null, except a join key or the timestamp, which must be there.
 */
public final class EventProjector {
    private static final int MAX_DETAIL = 200;

    /** Bytes of the head that names a schema. */
    private static final int HEAD = 5;

    private final List<JoinKey> joinKeys;
    private final List<EventField> fields;
    private final boolean isOfTopic;
    private final String timestampField;
    private final TimeUnitOfField unit;
    private final Node root = new Node();
    private final ProjectionLimits limits;
    private final JsonFactory json;

    /** For records that are no JSON. */
    private final Optional<RecordDecoder> decoder;

    /** Whether JSON may stand behind the head that names its schema in a registry. */
    private final boolean framed;

    /** What a field of the record is for. */
    private sealed interface Use {
        record Key(int index) implements Use {}

        record Field(int index) implements Use {}

        record Timestamp() implements Use {}
    }

    /** A name in the record: what its value is for, and the names inside of it that are used. */
    private static final class Node {
        final Map<String, Node> inner = new HashMap<>();
        final List<Use> uses = new ArrayList<>();
    }

    /** What of one record was read so far. */
    private static final class Reading {
        final @Nullable FeatureValue[] keys;
        final @Nullable FeatureValue[] fields;
        final boolean[] seenKeys;
        final boolean[] seenFields;

        @Nullable
        Long micros;

        Reading(int keys, int fields) {
            this.keys = new @Nullable FeatureValue[keys];
            this.fields = new @Nullable FeatureValue[fields];
            this.seenKeys = new boolean[keys];
            this.seenFields = new boolean[fields];
        }
    }

    private EventProjector(FeatureView view, ProjectionLimits limits, Optional<SchemaRegistry> registry) {
        this.joinKeys = view.joinKeys();
        this.fields = view.fields();
        this.limits = limits;
        switch (view.source()) {
            case Source.Topic topic -> {
                this.timestampField = topic.timestampField();
                this.unit = topic.unit();
                this.framed = RecordDecoders.isFramed(topic.format(), registry);
                this.isOfTopic = true;
                if (!topic.isTimeOfRecord()) {
                    use(timestampField, new Use.Timestamp());
                }
                this.decoder = decoder(view, topic, registry);
            }
            case Source.Push _, Source.Batch _ -> {
                this.isOfTopic = false;
                this.framed = false;
                this.decoder = Optional.empty();
                this.timestampField = "";
                this.unit = TimeUnitOfField.US;
            }
        }
        for (int i = 0; i < joinKeys.size(); i++) {
            use(joinKeys.get(i).field(), new Use.Key(i));
        }
        for (int i = 0; i < fields.size(); i++) {
            use(fields.get(i).name(), new Use.Field(i));
        }
        this.json = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(limits.depth())
                        .maxNumberLength(limits.numberLength())
                        .maxStringLength(limits.stringLength())
                        .maxNameLength(limits.stringLength())
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                .build();
    }

    public static EventProjector of(FeatureView view) {
        return new EventProjector(view, ProjectionLimits.DEFAULT, Optional.empty());
    }

    /** @param registry where records may name their schemas; empty where the service has none */
    public static EventProjector of(FeatureView view, Optional<SchemaRegistry> registry) {
        return new EventProjector(view, ProjectionLimits.DEFAULT, registry);
    }

    public static EventProjector of(FeatureView view, ProjectionLimits limits) {
        return new EventProjector(view, limits, Optional.empty());
    }

    /** Of the fields of the join keys, then the event's, then the timestamp where it is a field. */
    private Optional<RecordDecoder> decoder(FeatureView view, Source.Topic topic, Optional<SchemaRegistry> registry) {
        if (topic.format().encoding() == RecordFormat.Encoding.JSON) {
            return Optional.empty();
        }
        var paths = new ArrayList<String>();
        view.joinKeys().forEach(key -> paths.add(key.field()));
        view.fields().forEach(field -> paths.add(field.name()));
        if (!topic.isTimeOfRecord()) {
            paths.add(topic.timestampField());
        }
        return Optional.of(RecordDecoders.of(topic.format(), paths, registry, limits.depth()));
    }

    /**
     * Reads a record of the view's source topic.
     *
     * @param value one record in the source's format; null for a tombstone
     * @param recordMillis the timestamp that Kafka keeps beside the record, milliseconds since the epoch; negative where it has none
     * @throws io.millrace.features.kernel.format.SchemaRegistryUnavailableException where the record names a schema that cannot be had now
     * @throws IllegalStateException where the view's rows are pushed, not read from a topic
     */
    public Projection project(byte @Nullable [] value, long recordMillis, Position position) {
        if (!isOfTopic) {
            throw new IllegalStateException("the rows of this view are pushed");
        }
        if (value == null) {
            return new Projection.Skipped(SkipReason.TOMBSTONE);
        }
        if (value.length > limits.bytes()) {
            return new Undecodable(
                    UndecodableReason.TOO_LARGE,
                    "a record of " + value.length + " bytes, the limit is " + limits.bytes());
        }
        if (decoder.isPresent()) {
            return decoded(decoder.get(), value, recordMillis, position);
        }
        int head = framed && value.length > HEAD && value[0] == 0 ? HEAD : 0;
        var reading = new Reading(joinKeys.size(), fields.size());
        try (JsonParser parser = json.createParser(value, head, value.length - head)) {
            if (timestampField.isEmpty()) {
                reading.micros = timeOfRecord(recordMillis);
            }
            Undecodable fault = read(parser, reading);
            return fault != null ? fault : event(reading, position);
        } catch (UndecodableFieldException e) {
            return new Undecodable(e.reason(), String.valueOf(e.getMessage()));
        } catch (StreamConstraintsException e) {
            return new Undecodable(UndecodableReason.TOO_LARGE, shortened(e.getOriginalMessage()));
        } catch (JsonProcessingException e) {
            return new Undecodable(UndecodableReason.NOT_JSON, shortened(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    private Projection decoded(RecordDecoder records, byte[] value, long recordMillis, Position position) {
        var reading = new Reading(joinKeys.size(), fields.size());
        try {
            @Nullable FeatureValue[] values = records.decode(value);
            for (int i = 0; i < joinKeys.size(); i++) {
                JoinKey key = joinKeys.get(i);
                reading.keys[i] = FieldDecoder.checkedKey(
                        DecodedFields.typed(values[i], new EventField(key.field(), key.type()), limits), key.field());
            }
            for (int i = 0; i < fields.size(); i++) {
                EventField field = fields.get(i);
                FeatureValue read = values[joinKeys.size() + i];
                reading.fields[i] = field.type() == ValueType.TIMESTAMP
                                && field.name().equals(timestampField)
                        ? DecodedFields.time(read, unit, timestampField)
                        : DecodedFields.typed(read, field, limits);
            }
            if (timestampField.isEmpty()) {
                reading.micros = timeOfRecord(recordMillis);
            } else {
                FeatureValue.Time time = DecodedFields.time(values[values.length - 1], unit, timestampField);
                reading.micros = time == null ? null : time.micros();
            }
            return event(reading, position);
        } catch (UndecodableFieldException e) {
            return new Undecodable(e.reason(), String.valueOf(e.getMessage()));
        } catch (UndecodableRecordException e) {
            return new Undecodable(DecodedFields.reason(e.fault()), shortened(e.getMessage()));
        }
    }

    /**
     * Makes an event of a pushed row.
     *
     * @param row values by the names of {@link #columns}; other names are left out. A whole number is taken for a double where that is exact
     * @param timeMicros event time, microseconds since the epoch
     */
    public Projection project(Map<String, ? extends @Nullable FeatureValue> row, long timeMicros, Position position) {
        var reading = new Reading(joinKeys.size(), fields.size());
        try {
            reading.micros = EventTime.inRange(timeMicros, "event time");
            for (int i = 0; i < joinKeys.size(); i++) {
                JoinKey key = joinKeys.get(i);
                reading.keys[i] = FieldDecoder.checkedKey(
                        FieldDecoder.checked(row.get(key.field()), key.type(), key.field()), key.field());
            }
            for (int i = 0; i < fields.size(); i++) {
                EventField field = fields.get(i);
                reading.fields[i] = FieldDecoder.checked(row.get(field.name()), field);
            }
            return event(reading, position);
        } catch (UndecodableFieldException e) {
            return new Undecodable(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    /** The columns of a pushed row: the fields of the join keys, then the view's event fields that are not among them. */
    public List<EventField> columns() {
        var columns = new ArrayList<EventField>();
        joinKeys.forEach(key -> columns.add(new EventField(key.field(), key.type())));
        fields.stream()
                .filter(field -> joinKeys.stream().noneMatch(key -> key.field().equals(field.name())))
                .forEach(columns::add);
        return List.copyOf(columns);
    }

    private void use(String field, Use use) {
        Node node = root;
        for (String name : field.split("\\.", -1)) {
            node = node.inner.computeIfAbsent(name, _ -> new Node());
        }
        node.uses.add(use);
    }

    private @Nullable Undecodable read(JsonParser parser, Reading reading) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            return new Undecodable(UndecodableReason.NOT_JSON, "the record is empty");
        }
        if (first != JsonToken.START_OBJECT) {
            return new Undecodable(UndecodableReason.NOT_AN_OBJECT, "the record is not a JSON object");
        }
        readObject(root, parser, reading);
        return parser.nextToken() == null
                ? null
                : new Undecodable(UndecodableReason.NOT_JSON, "there is more behind the JSON object");
    }

    /** The parser stands at the object's end afterwards. */
    private void readObject(Node node, JsonParser parser, Reading reading) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Node named = node.inner.get(parser.currentName());
            JsonToken value = parser.nextToken();
            if (named != null) {
                for (Use use : named.uses) {
                    take(use, parser, value, reading);
                }
                if (parser.currentToken() == JsonToken.START_OBJECT && !named.inner.isEmpty()) {
                    readObject(named, parser, reading);
                }
            }
            parser.skipChildren();
        }
    }

    private static @Nullable Long timeOfRecord(long millis) {
        return millis < 0 ? null : EventTime.ofNumber(millis, TimeUnitOfField.MS, "the record's timestamp");
    }

    private void take(Use use, JsonParser parser, JsonToken value, Reading reading) throws IOException {
        switch (use) {
            case Use.Key(int index) -> {
                String name = joinKeys.get(index).field();
                refuseTwice(reading.seenKeys[index], name);
                reading.seenKeys[index] = true;
                FeatureValue read =
                        FieldDecoder.read(parser, value, joinKeys.get(index).type(), name);
                reading.keys[index] = FieldDecoder.checkedKey(read, name);
            }
            case Use.Field(int index) -> {
                EventField field = fields.get(index);
                refuseTwice(reading.seenFields[index], field.name());
                reading.seenFields[index] = true;
                reading.fields[index] = field.type() == ValueType.TIMESTAMP
                                && field.name().equals(timestampField)
                        ? FieldDecoder.time(parser, value, unit, timestampField)
                        : FieldDecoder.read(parser, value, field);
            }
            case Use.Timestamp() -> {
                refuseTwice(reading.micros != null, timestampField);
                FeatureValue.Time time = FieldDecoder.time(parser, value, unit, timestampField);
                reading.micros = time == null ? null : time.micros();
            }
        }
    }

    private Projection event(Reading reading, Position position) {
        var key = new ArrayList<FeatureValue>(reading.keys.length);
        for (int i = 0; i < reading.keys.length; i++) {
            FeatureValue value = reading.keys[i];
            if (value == null) {
                return new Undecodable(
                        UndecodableReason.MISSING_JOIN_KEY,
                        "'" + joinKeys.get(i).field() + "' is null or not there; it is a join key");
            }
            key.add(value);
        }
        Long micros = reading.micros;
        if (micros == null) {
            return new Undecodable(
                    UndecodableReason.MISSING_TIMESTAMP,
                    timestampField.isEmpty()
                            ? "the record has no timestamp of its own"
                            : "'" + timestampField + "' is null or not there; it is the event's timestamp");
        }
        return new Projection.Event(
                new FeatureEvent(new EntityKey(key), micros, position, EventFields.ofArray(reading.fields)));
    }

    private static void refuseTwice(boolean seen, String name) {
        if (seen) {
            throw new UndecodableFieldException(
                    UndecodableReason.DUPLICATE_FIELD, "'" + name + "' stands twice in the record");
        }
    }

    private static String shortened(@Nullable String message) {
        String text = message == null ? "not JSON" : message;
        return text.length() <= MAX_DETAIL ? text : text.substring(0, MAX_DETAIL) + "…";
    }
}
