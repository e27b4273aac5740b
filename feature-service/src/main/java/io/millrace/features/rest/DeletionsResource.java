package io.millrace.features.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.deletion.Deletion;
import io.millrace.features.app.deletion.EntityDeletions;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.gate.Caller;
import io.millrace.gate.Refusal;
import io.millrace.gate.rest.RestGate;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jspecify.annotations.Nullable;

/** Deletes entities everywhere. */
@Path("/v1/deletions")
@Produces(MediaType.APPLICATION_JSON)
public class DeletionsResource {
    private final EntityDeletions deletions;

    public DeletionsResource(EntityDeletions deletions) {
        this.deletions = deletions;
    }

    /**
     * A deletion.
     *
     * @param id what was deleted and a hash of its key
     * @param state {@code requested}: no longer served, files may still have rows; {@code done}
     */
    @RegisterForReflection
    public record Deleted(String id, String state) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Deletes an entity online and offline, so that no event of before brings it back",
            description =
                    "Body: {\"view\": name} or {\"entity\": name}, and \"key\": {join key: value}. The offline part follows.")
    public Deleted delete(@Nullable JsonNode body, @Context ContainerRequestContext request) {
        if (body == null || !body.path("key").isObject() || body.has("view") == body.has("entity")) {
            throw new Refusal(
                    FeatureReason.MALFORMED_REQUEST, "'view' or 'entity' (a name) and 'key' (an object) are needed");
        }
        Map<String, FeatureValue> keys = new HashMap<>();
        for (Map.Entry<String, JsonNode> key : body.path("key").properties()) {
            FeatureValue value = JsonValues.of(key.getValue(), key.getKey());
            if (value != null) {
                keys.put(key.getKey(), value);
            }
        }
        var target = body.has("view")
                ? new Deletion.Target(Deletion.Kind.VIEW, body.path("view").asText())
                : new Deletion.Target(Deletion.Kind.ENTITY, body.path("entity").asText());
        Caller caller = request.getProperty(RestGate.CALLER) instanceof Caller known ? known : Caller.ANONYMOUS;
        return json(deletions.delete(target, keys, caller));
    }

    @GET
    @Path("/{id}")
    @RunOnVirtualThread
    @Operation(summary = "Says how far a deletion is")
    public Deleted get(@RestPath String id) {
        return json(deletions.find(id));
    }

    private static Deleted json(Deletion deletion) {
        return new Deleted(deletion.id(), deletion.state().name().toLowerCase(Locale.ROOT));
    }
}
