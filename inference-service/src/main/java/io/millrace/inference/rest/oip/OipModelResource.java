package io.millrace.inference.rest.oip;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.app.infer.RepositoryControl;
import io.millrace.inference.app.infer.ServerSettings;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A model, deployment, ensemble or pipeline; its newest version where it has several. */
@Path("/v2/models/{model}")
@RunOnVirtualThread
public class OipModelResource extends OipModelCalls {
    private final ServerSettings settings;
    private final ObjectMapper json;

    public OipModelResource(
            Inference inference, RepositoryControl repository, ServerSettings settings, ObjectMapper json) {
        super(inference, repository);
        this.settings = settings;
        this.json = json;
    }

    /** Triton's trace settings of a model, which are the server's. */
    @GET
    @Path("/trace/setting")
    @Produces(MediaType.APPLICATION_JSON)
    public Response traces(@PathParam("model") String model) {
        return OipErrors.answer(() ->
                Response.ok(OipBody.traces(settings.traces(Optional.of(model)))).build());
    }

    /** Settings are not taken; a body that gives none asks for them. */
    @POST
    @Path("/trace/setting")
    @Produces(MediaType.APPLICATION_JSON)
    public Response takeTraces(@PathParam("model") String model, byte @Nullable [] body) {
        return OipErrors.answer(() -> {
            settings.takeTraces(OipBody.names(OipBody.object(json, body)));
            return Response.ok(OipBody.traces(settings.traces(Optional.of(model))))
                    .build();
        });
    }
}
