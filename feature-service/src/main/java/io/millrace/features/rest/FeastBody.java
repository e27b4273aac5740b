package io.millrace.features.rest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The JSON body of a request of Feast's, read field by field; what has the wrong shape is collected in FastAPI's words, so that one answer names
 * all of it. A field that is null counts as not given.
 */
final class FeastBody {
    private final JsonNode root;
    private final List<FeastErrors.Shape> faults = new ArrayList<>();

    private FeastBody(JsonNode root) {
        this.root = root;
    }

    /** The body has the wrong shape. */
    static final class ShapeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient List<FeastErrors.Shape> faults;

        ShapeException(List<FeastErrors.Shape> faults) {
            super(faults.toString());
            this.faults = List.copyOf(faults);
        }

        List<FeastErrors.Shape> faults() {
            return faults;
        }
    }

    /**
     * @throws Refusal where it is not JSON
     * @throws ShapeException where it is no object
     */
    static FeastBody of(ObjectMapper json, byte[] body) {
        JsonNode root;
        try {
            root = json.reader(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).readTree(body);
        } catch (JacksonException e) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "the body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        if (!root.isObject()) {
            throw new ShapeException(List.of(new FeastErrors.Shape(
                    "model_attributes_type", List.of("body"), "Input should be a valid dictionary")));
        }
        return new FeastBody(root);
    }

    /**
     * To be called once all fields were read.
     *
     * @throws ShapeException where one had the wrong shape
     */
    void check() {
        if (!faults.isEmpty()) {
            throw new ShapeException(faults);
        }
    }

    boolean has(String field) {
        return root.hasNonNull(field);
    }

    /** Empty where it is not given. */
    Optional<String> text(String field) {
        JsonNode node = root.path(field);
        if (has(field) && !node.isTextual()) {
            fault("string_type", "Input should be a valid string", field);
        }
        return Optional.ofNullable(node.textValue());
    }

    /** Empty text, and a fault, where it is not given. */
    String requiredText(String field) {
        if (!has(field)) {
            fault("missing", "Field required", field);
        }
        return text(field).orElse("");
    }

    /** False where it is not given. */
    boolean flag(String field) {
        JsonNode node = root.path(field);
        if (has(field) && !node.isBoolean()) {
            fault("bool_type", "Input should be a valid boolean", field);
        }
        return node.asBoolean(false);
    }

    /** A parameter of the query, false where it is not given; spelt as FastAPI takes it. */
    boolean queryFlag(String name, @Nullable String text) {
        return switch (text == null ? "false" : text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "on", "t", "y", "yes" -> true;
            case "false", "0", "off", "f", "n", "no" -> false;
            default -> {
                faults.add(new FeastErrors.Shape(
                        "bool_parsing",
                        List.of("query", name),
                        "Input should be a valid boolean, unable to interpret input"));
                yield false;
            }
        };
    }

    /** 0 where it is not given. */
    int count(String field) {
        JsonNode node = root.path(field);
        boolean valid = node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 0;
        if (has(field) && !valid) {
            fault("int_type", "Input should be a valid integer, 0 or more", field);
        }
        return valid ? node.intValue() : 0;
    }

    /** Empty where it is not given. */
    List<String> texts(String field) {
        JsonNode node = root.path(field);
        if (has(field) && !node.isArray()) {
            fault("list_type", "Input should be a valid list", field);
            return List.of();
        }
        var texts = new ArrayList<String>(node.size());
        node.forEach(each -> {
            if (each.isTextual()) {
                texts.add(each.textValue());
            } else {
                fault("string_type", "Input should be a valid string", field);
            }
        });
        return texts;
    }

    /**
     * An object of lists; empty, and a fault, where it is not given.
     *
     * @throws Refusal where a value has no form here
     */
    Map<String, List<@Nullable FeatureValue>> columns(String field) {
        JsonNode node = root.path(field);
        if (!has(field)) {
            fault("missing", "Field required", field);
            return Map.of();
        }
        if (!node.isObject()) {
            fault("dict_type", "Input should be a valid dictionary", field);
            return Map.of();
        }
        int before = faults.size();
        node.properties().forEach(column -> {
            if (!column.getValue().isArray()) {
                fault("list_type", "Input should be a valid list", field, column.getKey());
            }
        });
        return faults.size() > before ? Map.of() : JsonValues.columns(node);
    }

    /** Numbers that fit into 32 bits; empty, and a fault, where they are not given. */
    List<Float> floats(String field) {
        JsonNode node = root.path(field);
        if (!has(field)) {
            fault("missing", "Field required", field);
            return List.of();
        }
        if (!node.isArray()) {
            fault("list_type", "Input should be a valid list", field);
            return List.of();
        }
        var numbers = new ArrayList<Float>(node.size());
        for (JsonNode each : node) {
            if (!each.isNumber()) {
                fault("float_type", "Input should be a valid number", field);
                return List.of();
            }
            numbers.add(each.floatValue());
        }
        return numbers;
    }

    /**
     * Empty where it is not given.
     *
     * @throws Refusal where it is no filter
     */
    Optional<VectorFilter> filter(String field) {
        return has(field) ? Optional.of(JsonFilters.of(root.path(field))) : Optional.empty();
    }

    /** Adds a fault of a field that was read. */
    void refuse(String type, String message, String field) {
        fault(type, message, field);
    }

    /** RFC 3339 text or microseconds, one or a list of them; empty where it is not given. */
    List<Long> instants(String field) {
        return JsonValues.instants(root.path(field), field);
    }

    private void fault(String type, String message, String... place) {
        var loc = new ArrayList<String>();
        loc.add("body");
        loc.addAll(List.of(place));
        faults.add(new FeastErrors.Shape(type, loc, message));
    }
}
