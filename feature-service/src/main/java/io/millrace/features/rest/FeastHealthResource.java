package io.millrace.features.rest;

import io.millrace.features.app.DefinitionStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Feast's {@code /health}. Probes of Kubernetes belong to the management port, which says why a service is not ready. */
@Path("/health")
public class FeastHealthResource {
    private final DefinitionStore definitions;

    FeastHealthResource(DefinitionStore definitions) {
        this.definitions = definitions;
    }

    @GET
    @Operation(summary = "200 once the definitions have been read, 503 before (Feast's HTTP interface)")
    public Response health() {
        return Response.status(definitions.isCurrent() ? 200 : 503).build();
    }
}
