package io.millrace.features.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.ValueType;
import io.millrace.features.kernel.projection.EventProjector;
import io.millrace.features.kernel.projection.Projection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A pushed row in the service's own log: {@code {"time_micros":…,"created_micros":…,"keys":[…],"fields":[…]}}, the second where it is known, both lists in the order of the view version,
 * which never changes. Bytes are base64, timestamps microseconds, doubles that JSON has no form for are texts. The record's key is the JSON
 * list of the join keys' values, so that the rows of an entity stay in order.
 */
final class PushedRows {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private PushedRows() {}

    static byte[] key(FeatureEvent row) {
        ArrayNode keys = JSON.createArrayNode();
        row.key().values().forEach(value -> keys.add(node(value)));
        return bytes(keys);
    }

    static byte[] value(FeatureEvent row) {
        ObjectNode object = JSON.createObjectNode();
        object.put("time_micros", row.timeMicros());
        if (row.createdMicros() != FeatureEvent.NO_CREATED) {
            object.put("created_micros", row.createdMicros());
        }
        ArrayNode keys = object.putArray("keys");
        row.key().values().forEach(value -> keys.add(node(value)));
        ArrayNode fields = object.putArray("fields");
        row.fields().forEach(value -> fields.add(node(value)));
        return bytes(object);
    }

    /**
     * The row as the view's event.
     *
     * @throws IOException where it is not what {@link #value} writes
     */
    static Projection read(FeatureView view, EventProjector projector, byte @Nullable [] value, Position position)
            throws IOException {
        JsonNode object = value == null ? null : JSON.readTree(value);
        if (object == null
                || !object.path("time_micros").isIntegralNumber()
                || object.path("keys").size() != view.joinKeys().size()
                || object.path("fields").size() != view.fields().size()) {
            throw new IOException("not a pushed row of " + view.id());
        }
        Map<String, @Nullable FeatureValue> row = new HashMap<>();
        for (int i = 0; i < view.fields().size(); i++) {
            FeatureView.EventField field = view.fields().get(i);
            row.put(field.name(), typed(object.path("fields").path(i), field.type()));
        }
        for (int i = 0; i < view.joinKeys().size(); i++) {
            FeatureView.JoinKey key = view.joinKeys().get(i);
            row.put(key.field(), typed(object.path("keys").path(i), key.type()));
        }
        Projection projection =
                projector.project(row, object.path("time_micros").longValue(), position);
        return projection instanceof Projection.Event(FeatureEvent event)
                        && object.path("created_micros").isIntegralNumber()
                ? new Projection.Event(
                        event.created(object.path("created_micros").longValue()))
                : projection;
    }

    private static JsonNode node(@Nullable FeatureValue value) {
        return switch (value) {
            case null -> JSON.nullNode();
            case FeatureValue.Bool(boolean bool) -> JSON.getNodeFactory().booleanNode(bool);
            case FeatureValue.Int(long whole) -> JSON.getNodeFactory().numberNode(whole);
            case FeatureValue.Real(double real) ->
                Double.isFinite(real)
                        ? JSON.getNodeFactory().numberNode(real)
                        : JSON.getNodeFactory().textNode(Double.toString(real));
            case FeatureValue.Text(String text) -> JSON.getNodeFactory().textNode(text);
            case FeatureValue.Bytes(byte[] content) -> JSON.getNodeFactory().binaryNode(content);
            case FeatureValue.Time(long micros) -> JSON.getNodeFactory().numberNode(micros);
            case FeatureValue.Many(List<FeatureValue> values) -> {
                ArrayNode list = JSON.createArrayNode();
                values.forEach(each -> list.add(node(each)));
                yield list;
            }
            case FeatureValue.Vector(float[] elements) -> {
                ArrayNode list = JSON.createArrayNode();
                for (float element : elements) {
                    list.add(element);
                }
                yield list;
            }
            case FeatureValue.Counts _ -> throw new IllegalArgumentException("no event field is a map");
        };
    }

    private static @Nullable FeatureValue typed(JsonNode node, ValueType type) throws IOException {
        if (node.isNull()) {
            return null;
        }
        return switch (type) {
            case BOOL -> new FeatureValue.Bool(node.booleanValue());
            case INT64 -> new FeatureValue.Int(node.longValue());
            case DOUBLE ->
                new FeatureValue.Real(node.isTextual() ? Double.parseDouble(node.textValue()) : node.doubleValue());
            case STRING -> new FeatureValue.Text(node.asText());
            case BYTES -> new FeatureValue.Bytes(node.binaryValue());
            case TIMESTAMP -> new FeatureValue.Time(node.longValue());
            case BOOL_LIST, INT64_LIST, DOUBLE_LIST, STRING_LIST, BYTES_LIST, TIMESTAMP_LIST ->
                list(node, type.element().orElseThrow());
            case VECTOR -> list(node, ValueType.DOUBLE);
            case INT64_MAP -> throw new IOException("no event field is a map");
        };
    }

    private static FeatureValue list(JsonNode node, ValueType element) throws IOException {
        var values = new ArrayList<FeatureValue>(node.size());
        for (JsonNode each : node) {
            FeatureValue value = typed(each, element);
            if (value == null) {
                throw new IOException("a null in a list");
            }
            values.add(value);
        }
        return new FeatureValue.Many(values);
    }

    private static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree of plain values has a JSON form", e);
        }
    }
}
