package io.millrace.features.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.domain.Coercion;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values in plain JSON, as Feast writes them: an int64 is always a number, bytes are base64, a timestamp is whole seconds, and a number that
 * JSON has no form for (NaN, the infinities) is null.
 */
final class JsonValues {
    private JsonValues() {}

    /**
     * A value as the kind that JSON gives it: a list has no null.
     *
     * @throws Refusal where it is an object, or a whole number beyond 64 bits
     */
    static @Nullable FeatureValue of(JsonNode node, String column) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> null;
            case BOOLEAN -> new FeatureValue.Bool(node.booleanValue());
            case STRING -> new FeatureValue.Text(node.textValue());
            case NUMBER -> {
                if (node.isIntegralNumber() && !node.canConvertToLong()) {
                    throw new Refusal(
                            FeatureReason.WRONG_VALUE_TYPE, "a number in '" + column + "' does not fit into 64 bits");
                }
                yield node.isIntegralNumber()
                        ? new FeatureValue.Int(node.longValue())
                        : new FeatureValue.Real(node.doubleValue());
            }
            case ARRAY -> {
                var elements = new ArrayList<FeatureValue>(node.size());
                for (JsonNode each : node) {
                    FeatureValue element = of(each, column);
                    if (element == null) {
                        throw new Refusal(
                                FeatureReason.WRONG_VALUE_TYPE, "a list in '" + column + "' has a null in it");
                    }
                    elements.add(element);
                }
                yield new FeatureValue.Many(elements);
            }
            case OBJECT, BINARY, POJO ->
                throw new Refusal(FeatureReason.WRONG_VALUE_TYPE, "a value in '" + column + "' is an object");
        };
    }

    /** An object of lists as columns, in its order. */
    static Map<String, List<@Nullable FeatureValue>> columns(JsonNode object) {
        Map<String, List<@Nullable FeatureValue>> columns = new LinkedHashMap<>();
        object.properties().forEach(column -> {
            var values = new ArrayList<@Nullable FeatureValue>(column.getValue().size());
            column.getValue().forEach(value -> values.add(of(value, column.getKey())));
            columns.put(column.getKey(), values);
        });
        return columns;
    }

    /**
     * Instants: RFC 3339 text or microseconds since the epoch, one or a list of them.
     *
     * @throws Refusal where one is neither
     */
    static List<Long> instants(JsonNode node, String field) {
        var instants = new ArrayList<Long>();
        if (node.isArray()) {
            node.forEach(each -> instants.add(instant(each, field)));
        } else if (!node.isNull() && !node.isMissingNode()) {
            instants.add(instant(node, field));
        }
        return instants;
    }

    private static long instant(JsonNode node, String field) {
        if (node.isIntegralNumber() && node.canConvertToLong()) {
            return node.longValue();
        }
        if (node.isTextual()) {
            return Coercion.micros(node.textValue()).orElseThrow(() -> noInstant(field));
        }
        throw noInstant(field);
    }

    private static Refusal noInstant(String field) {
        return new Refusal(
                FeatureReason.WRONG_AS_OF,
                "'" + field + "' must be RFC 3339 text such as 2001-03-02T10:15:00Z, or microseconds since the epoch");
    }

    /** A value of a table, without an object for it. */
    static void write(JsonGenerator json, FeatureTable table, int row, int column) throws IOException {
        switch (table.kind(row, column)) {
            case NULL -> json.writeNull();
            case BOOL -> json.writeBoolean(table.bits(row, column) != 0);
            case INT -> json.writeNumber(table.bits(row, column));
            case REAL -> write(json, Double.longBitsToDouble(table.bits(row, column)));
            case TIME -> json.writeNumber(Math.floorDiv(table.bits(row, column), 1_000_000L));
            case TEXT ->
                json.writeUTF8String(table.bytes(row, column), table.from(row, column), table.length(row, column));
            case BYTES, OBJECT -> write(json, table.value(row, column));
        }
    }

    private static void write(JsonGenerator json, double real) throws IOException {
        if (Double.isFinite(real)) {
            json.writeNumber(real);
        } else {
            json.writeNull();
        }
    }

    static void write(JsonGenerator json, @Nullable FeatureValue value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case FeatureValue.Bool(boolean bool) -> json.writeBoolean(bool);
            case FeatureValue.Int(long whole) -> json.writeNumber(whole);
            case FeatureValue.Real(double real) -> write(json, real);
            case FeatureValue.Text(String text) -> json.writeString(text);
            case FeatureValue.Bytes(byte[] bytes) -> json.writeBinary(bytes);
            case FeatureValue.Time(long micros) -> json.writeNumber(Math.floorDiv(micros, 1_000_000L));
            case FeatureValue.Many(List<FeatureValue> values) -> {
                json.writeStartArray();
                for (FeatureValue each : values) {
                    write(json, each);
                }
                json.writeEndArray();
            }
            case FeatureValue.Counts(var counts) -> {
                json.writeStartObject();
                for (Map.Entry<String, Long> each : counts.entrySet()) {
                    json.writeNumberField(each.getKey(), each.getValue());
                }
                json.writeEndObject();
            }
            case FeatureValue.Vector(float[] elements) -> {
                json.writeStartArray();
                for (float element : elements) {
                    json.writeNumber(element);
                }
                json.writeEndArray();
            }
        }
    }
}
