package io.millrace.inference.rest.oip;

import io.millrace.inference.app.Caller;
import io.millrace.inference.app.infer.Inference;
import io.millrace.inference.app.infer.RepositoryControl;
import io.millrace.inference.rest.HttpDoor;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.quarkus.vertx.http.Compressed;
import io.smallrye.common.annotation.RunOnVirtualThread;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the Open Inference Protocol v2 has for one name: the same below {@link OipModelResource} and, for a version that is named, below {@link OipVersionResource}.
 * Takes bodies of any content type: Triton's client names none.
 */
@Consumes(MediaType.WILDCARD)
abstract class OipModelCalls {
    private final Inference inference;
    private final RepositoryControl repository;

    @RegisterForReflection
    record ModelReady(String name, boolean ready) {}

    OipModelCalls(Inference inference, RepositoryControl repository) {
        this.inference = inference;
        this.repository = repository;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response metadata(@PathParam("model") String model, @PathParam("version") @Nullable String version) {
        return OipErrors.answer(() -> Response.ok(OipModelMetadata.of(inference.metadata(model, given(version))))
                .build());
    }

    @GET
    @Path("/ready")
    @Produces(MediaType.APPLICATION_JSON)
    public Response ready(@PathParam("model") String model, @PathParam("version") @Nullable String version) {
        return OipErrors.answer(() -> {
            boolean ready = inference.isReady(model, given(version));
            return Response.status(ready ? 200 : 503)
                    .entity(new ModelReady(model, ready))
                    .build();
        });
    }

    @GET
    @Path("/config")
    @Produces(MediaType.APPLICATION_JSON)
    public Response config(@PathParam("model") String model, @PathParam("version") @Nullable String version) {
        return OipErrors.answer(
                () -> Response.ok(OipModelConfig.of(inference.metadata(model, given(version)), inference.maxRows()))
                        .build());
    }

    @GET
    @Path("/stats")
    @Produces(MediaType.APPLICATION_JSON)
    public Response statistics(@PathParam("model") String model, @PathParam("version") @Nullable String version) {
        return OipErrors.answer(() -> Response.ok(OipStatistics.of(repository.statistics(model, given(version))))
                .build());
    }

    /** Runs the model; its newest version that serves, where none is named. Safe to retry. */
    @POST
    @Compressed
    @RunOnVirtualThread
    @BehindTheOipDoor
    @Path("/infer")
    public Response infer(
            @PathParam("model") String model,
            @PathParam("version") @Nullable String version,
            @HeaderParam(OipAnswer.JSON_LENGTH) @Nullable String jsonLength,
            @HeaderParam("Accept") @Nullable String accept,
            @Context RoutingContext routing,
            byte @Nullable [] body) {
        Caller caller = HttpDoor.caller(routing);
        return OipErrors.answer(
                () -> answer(model, given(version), jsonLength, accept, caller, body == null ? new byte[0] : body));
    }

    private Response answer(
            String model,
            Optional<String> version,
            @Nullable String jsonLength,
            @Nullable String accept,
            Caller caller,
            byte[] body)
            throws IOException {
        int jsonBytes = OipRequest.jsonBytes(jsonLength, body.length);
        if (jsonBytes == 0 && jsonLength != null) {
            boolean wantsJson = accept != null && accept.startsWith(MediaType.APPLICATION_JSON);
            var signature = inference.metadata(model, version).signature();
            return OipAnswer.of(
                    inference.infer(OipRawBody.request(model, version, signature, caller, body)), _ -> !wantsJson);
        }
        OipRequest request = OipRequest.read(body, jsonBytes);
        return OipAnswer.of(inference.infer(request.infer(model, version, caller)), request::isBinary);
    }

    private static Optional<String> given(@Nullable String version) {
        return Optional.ofNullable(version);
    }
}
