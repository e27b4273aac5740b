package io.millrace.edge.app;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.millrace.edge.domain.NodeState;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A node as JSON has it.
 *
 * @param status success, error or never_seen
 * @param errorCode absent where the status is success
 * @param lastSeen RFC 3339; absent before the first summary
 * @param summary the newest one, with all that the node sent
 */
@RegisterForReflection
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record NodeView(
        String id,
        String domain,
        @Nullable String url,
        long intervalSeconds,
        String status,
        @Nullable String errorCode,
        @Nullable String errorMessage,
        @Nullable String lastSeen,
        long missed,

        @Schema(implementation = SummaryShape.class) @JsonRawValue @Nullable
        String summary) {

    /** What {@link #summary} holds, for the API's description; a node's other fields stand beside these. */
    @RegisterForReflection
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record SummaryShape(long recordCount, double qualityScore, String lastUpdated) {}

    /** As lists and single reads have it. */
    public static NodeView of(NodeState state) {
        return of(state, state.status().name().toLowerCase(Locale.ROOT));
    }

    /** As an aggregate has it: success or error. */
    static NodeView inAggregate(NodeState state) {
        return of(state, state.status() == NodeState.Status.SUCCESS ? "success" : "error");
    }

    private static NodeView of(NodeState state, String status) {
        return new NodeView(
                state.node().id(),
                state.node().domain(),
                state.node().url().map(Object::toString).orElse(null),
                state.node().interval().toSeconds(),
                status,
                state.error().map(error -> error.code().name()).orElse(null),
                state.error().map(error -> error.message()).orElse(null),
                state.lastSeen().map(Object::toString).orElse(null),
                state.missed(),
                state.summary().map(SummaryJson::text).orElse(null));
    }
}
