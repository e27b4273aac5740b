package io.millrace.inference.rest;

import io.millrace.inference.app.ModelCatalog;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;

/** The models of the repository over REST. */
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class ModelResource {
    private final ModelCatalog catalog;

    /** All versions by name, then oldest first. */
    @RegisterForReflection
    public record Models(List<Version> models) {}

    /**
     * A version of a model.
     *
     * @param state serving, available (loaded, an other version is newer), refused or withheld (its policy leaves it out, or it was unloaded)
     * @param reason why it, or what replaces it on disk, was refused or is withheld; else empty
     * @param digest SHA-256 of the file that serves; empty where none does
     */
    @RegisterForReflection
    public record Version(String name, String version, String state, String reason, String digest) {}

    public ModelResource(ModelCatalog catalog) {
        this.catalog = catalog;
    }

    @GET
    public Models list() {
        return new Models(catalog.list().stream()
                .map(listing -> new Version(
                        listing.name(),
                        listing.version(),
                        listing.state().name().toLowerCase(Locale.ROOT),
                        listing.reason(),
                        listing.digest()))
                .toList());
    }

    /** Looks at the repository now; answers with what is there afterwards. Safe to retry. */
    @POST
    @Path("/refresh")
    public Models refresh() {
        catalog.refresh();
        return list();
    }
}
