package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.infer.RepositoryControl;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The model repository extension of the Open Inference Protocol v2. */
@Path("/v2/repository")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OipRepositoryResource {
    private final RepositoryControl repository;
    private final ObjectMapper json;

    @RegisterForReflection
    record ModelIndex(String name, String version, String state, String reason) {}

    public OipRepositoryResource(RepositoryControl repository, ObjectMapper json) {
        this.repository = repository;
        this.json = json;
    }

    /** What the repository holds; {@code {"ready": true}}: only what serves. */
    @POST
    @Path("/index")
    public Response index(byte @Nullable [] body) {
        return OipErrors.answer(() -> Response.ok(repository.index(flag(object(body), "ready")).stream()
                        .map(entry -> new ModelIndex(
                                entry.name(), entry.version(), entry.state().name(), entry.reason()))
                        .toList())
                .build());
    }

    /** Loads what is there of a model now. Idempotent. */
    @POST
    @Path("/models/{model}/load")
    public Response load(@PathParam("model") String model, byte @Nullable [] body) {
        return OipErrors.answer(() -> {
            repository.load(model, names(object(body)));
            return Response.ok().build();
        });
    }

    /** Lets go of a model until it is loaded again. Idempotent. */
    @POST
    @Path("/models/{model}/unload")
    public Response unload(@PathParam("model") String model, byte @Nullable [] body) {
        return OipErrors.answer(() -> {
            repository.unload(model, names(object(body)));
            return Response.ok().build();
        });
    }

    private JsonNode object(byte @Nullable [] body) throws IOException {
        return OipBody.object(json, body);
    }

    private static Set<String> names(JsonNode body) {
        JsonNode parameters = body.path("parameters");
        if (!parameters.isMissingNode() && !parameters.isNull() && !parameters.isObject()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'parameters' must be an object");
        }
        return OipBody.names(parameters);
    }

    private static boolean flag(JsonNode body, String name) {
        JsonNode flag = body.path(name);
        if (!flag.isMissingNode() && !flag.isNull() && !flag.isBoolean()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "'" + name + "' must be true or false");
        }
        return flag.asBoolean(false);
    }
}
