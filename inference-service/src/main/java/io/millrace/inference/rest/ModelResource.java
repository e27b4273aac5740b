package io.millrace.inference.rest;

import io.millrace.inference.app.ModelCatalog;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** The models of the repository over REST. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ModelResource {
    private final ModelCatalog catalog;

    /** All versions by name, then oldest first; {@code state} is SERVING, AVAILABLE or REFUSED. */
    public record Models(List<ModelCatalog.Listing> models) {}

    public ModelResource(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    @GET
    public Models list() {
        return new Models(catalog.list());
    }

    /** Looks at the repository now; answers with what is there afterwards. Safe to retry. */
    @POST
    @Path("/refresh")
    public Models refresh() {
        catalog.refresh();
        return list();
    }
}
