package io.millrace.features.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.VectorFilters;
import io.millrace.features.app.VectorFilters.Operator;
import io.millrace.features.domain.VectorFilter;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * Filters in JSON, in the form that vector stores over HTTP have: {@code {"type": "eq", "key": …, "value": …}} with eq, ne, lt, lte, gt, gte, in, nin, and
 * {@code {"type": "and", "filters": […]}} with and, or, not.
 */
final class JsonFilters {
    /** Deeper than any filter that a person writes, and far from the end of the stack. */
    private static final int MAX_DEPTH = 32;

    private JsonFilters() {}

    /** @throws Refusal where it is no filter */
    static VectorFilter of(JsonNode node) {
        return of(node, 0);
    }

    private static VectorFilter of(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new Refusal(FeatureReason.WRONG_FILTER, "the filter is nested deeper than " + MAX_DEPTH);
        }
        String type = node.path("type").asText();
        return switch (type) {
            case "and" -> new VectorFilter.All(parts(node, depth));
            case "or" -> new VectorFilter.Any(parts(node, depth));
            case "not" -> new VectorFilter.Not(new VectorFilter.Any(parts(node, depth)));
            case "eq" -> comparison(node, Operator.EQUAL);
            case "ne" -> comparison(node, Operator.NOT_EQUAL);
            case "lt" -> comparison(node, Operator.LESS);
            case "lte" -> comparison(node, Operator.LESS_OR_EQUAL);
            case "gt" -> comparison(node, Operator.GREATER);
            case "gte" -> comparison(node, Operator.GREATER_OR_EQUAL);
            case "in" -> comparison(node, Operator.IN);
            case "nin" -> comparison(node, Operator.NOT_IN);
            default ->
                throw new Refusal(
                        FeatureReason.WRONG_FILTER,
                        "a filter's type must be and, or, not, eq, ne, lt, lte, gt, gte, in or nin, was '" + type
                                + "'");
        };
    }

    private static List<VectorFilter> parts(JsonNode node, int depth) {
        if (!node.path("filters").isArray()) {
            throw new Refusal(FeatureReason.WRONG_FILTER, "'filters' must be a list of filters");
        }
        var parts = new ArrayList<VectorFilter>();
        node.path("filters").forEach(part -> parts.add(of(part, depth + 1)));
        return parts;
    }

    private static VectorFilter comparison(JsonNode node, Operator operator) {
        String key = node.path("key").asText();
        JsonNode value = node.path("value");
        var values = new ArrayList<FeatureValue>();
        for (JsonNode each : value.isArray() ? value : List.of(value)) {
            FeatureValue one = JsonValues.of(each, key);
            if (one == null) {
                throw new Refusal(FeatureReason.WRONG_FILTER, "nothing compares with null");
            }
            values.add(one);
        }
        return VectorFilters.comparison(key, operator, values);
    }
}
