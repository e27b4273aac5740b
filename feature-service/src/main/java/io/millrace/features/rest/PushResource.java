package io.millrace.features.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.Pushes;
import io.millrace.features.domain.PushTarget;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Takes rows for views whose source is {@code push}. */
@Path("/v1/push")
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public class PushResource {
    private final Pushes pushes;

    public PushResource(Pushes pushes) {
        this.pushes = pushes;
    }

    /** How many rows were committed. */
    @RegisterForReflection
    public record Pushed(int rows) {}

    @POST
    @RunOnVirtualThread
    @Operation(
            summary =
                    "Writes rows to a view whose source is push; answers once they are committed, before they are readable",
            description =
                    "Body: {\"view\": \"view\" or \"view@version\", \"columns\": {name: [..]},"
                            + " \"event_timestamps\": [RFC 3339 or microseconds], \"push_id\": \"..\", \"to\":"
                            + " \"online_and_offline\" (what it is without), \"online\" or \"offline\"}. A push that is repeated with its push_id counts once.")
    public Pushed push(@Nullable JsonNode body) {
        if (body == null || !body.isObject()) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "the body must be a JSON object");
        }
        JsonNode columns = body.path("columns");
        boolean wellFormed = columns.isObject();
        for (JsonNode column : columns) {
            wellFormed &= column.isArray();
        }
        if (!wellFormed
                || !body.path("view").isTextual()
                || !body.path("event_timestamps").isArray()) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST,
                    "'view' (text), 'columns' (an object of lists) and 'event_timestamps' (a list) are needed");
        }
        return new Pushed(pushes.push(new Pushes.Push(
                body.path("view").textValue(),
                JsonValues.columns(columns),
                JsonValues.instants(body.path("event_timestamps"), "event_timestamps"),
                body.path("push_id").asText(""),
                target(body.path("to")))));
    }

    private static PushTarget target(JsonNode to) {
        if (to.isMissingNode() || to.isNull()) {
            return PushTarget.ONLINE_AND_OFFLINE;
        }
        return PushTarget.of(to.asText())
                .orElseThrow(() -> new Refusal(
                        FeatureReason.MALFORMED_REQUEST, "'to' must be online, offline or online_and_offline"));
    }
}
