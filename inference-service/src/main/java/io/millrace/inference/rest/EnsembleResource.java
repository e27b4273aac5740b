package io.millrace.inference.rest;

import io.millrace.inference.app.ensemble.Ensembles;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Ensembles over REST: listed and removed. They are applied with the pipelines. Refusals are RFC 9457 problems. */
@Path("/v1/ensembles")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class EnsembleResource {
    private final Ensembles ensembles;

    public EnsembleResource(Ensembles ensembles) {
        this.ensembles = ensembles;
    }

    @RegisterForReflection
    public record Listing(List<Summary> ensembles) {}

    /**
     * An ensemble.
     *
     * @param models that its steps run
     */
    @RegisterForReflection
    public record Summary(String name, String version, List<String> models) {}

    @GET
    public Listing list() {
        return new Listing(
                ensembles.list().stream().map(EnsembleResource::summary).toList());
    }

    /** Forgets the definition; calls under way end first. What names it, such as a pipeline, stops until there is one of its name again. */
    @DELETE
    @Path("/{name}")
    public void remove(String name) {
        ensembles.remove(name);
    }

    private static Summary summary(Ensemble ensemble) {
        return new Summary(
                ensemble.name(),
                ensemble.version(),
                ensemble.modelSteps().stream()
                        .map(step -> step.model().name())
                        .distinct()
                        .toList());
    }
}
