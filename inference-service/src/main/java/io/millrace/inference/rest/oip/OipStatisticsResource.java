package io.millrace.inference.rest.oip;

import io.millrace.inference.app.infer.RepositoryControl;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;

/** The statistics of all models. A class of its own, so that its path goes before that of a model which could be called so. */
@Path("/v2/models/stats")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class OipStatisticsResource {
    private final RepositoryControl repository;

    public OipStatisticsResource(RepositoryControl repository) {
        this.repository = repository;
    }

    /** What calls of all models came to. */
    @GET
    public OipStatistics statistics() {
        return OipStatistics.of(repository.statistics("", Optional.empty()));
    }
}
