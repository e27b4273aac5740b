package io.millrace.edge.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.millrace.definitions.MapNode;
import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.gate.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Nodes as JSON: one object, a list, or {@code {"nodes": […]}}. */
final class NodeJson {
    private static final Set<String> FIELDS = Set.of("id", "url", "domain", "interval", "interval_seconds");

    private NodeJson() {}

    /** A node, for the API's description. */
    @Schema(name = "NodeRegistration")
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    record Shape(
            @Schema(description = "1 to 128 of letters, digits, '.', '_', '-'")
            String id,

            @Schema(description = "http[s]://host[:port][/path]; absent for a node that only pushes") @Nullable
            String url,

            String domain,

            @Schema(description = "such as 10s or 5m; 10s where absent") @Nullable
            String interval,

            @Schema(description = "instead of interval") @Nullable
            Long intervalSeconds) {}

    /**
     * @throws Refusal INVALID_NODE where it has another form
     */
    static List<NodeDraft> drafts(@Nullable JsonNode body) {
        if (body == null) {
            throw invalid("the body is missing");
        }
        JsonNode nodes = body.has("nodes") && body.size() == 1 ? body.get("nodes") : body;
        if (!nodes.isArray()) {
            return List.of(draft(nodes));
        }
        if (nodes.size() > NodeRegistry.MAX_NODES) {
            throw new Refusal(EdgeReason.TOO_MANY_NODES, "at most " + NodeRegistry.MAX_NODES + " nodes");
        }
        var drafts = new ArrayList<NodeDraft>();
        nodes.forEach(node -> drafts.add(draft(node)));
        return drafts;
    }

    private static NodeDraft draft(JsonNode node) {
        if (!node.isObject()) {
            throw invalid("a node is a JSON object");
        }
        node.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw invalid("unknown field '" + field + "'; known: id, url, domain, interval, interval_seconds");
            }
        });
        return new NodeDraft(text(node, "id"), text(node, "url"), text(node, "domain"), interval(node));
    }

    private static Duration interval(JsonNode node) {
        JsonNode seconds = node.path("interval_seconds");
        if (seconds.isIntegralNumber() && seconds.canConvertToInt()) {
            return Duration.ofSeconds(seconds.intValue());
        }
        JsonNode interval = node.path("interval");
        if (interval.isTextual()) {
            return MapNode.parseDuration(interval.textValue())
                    .orElseThrow(() -> invalid("'interval' must be a duration such as 10s or 5m"));
        }
        if (node.has("interval") || node.has("interval_seconds")) {
            throw invalid("'interval' must be a duration such as 10s, 'interval_seconds' a whole number");
        }
        return NodeDraft.DEFAULT_INTERVAL;
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw invalid("'" + field + "' must be text");
        }
        return value.textValue();
    }

    private static Refusal invalid(String message) {
        return new Refusal(EdgeReason.INVALID_NODE, message);
    }
}
