package io.millrace.jobs.rest;

import io.millrace.jobs.Jobs;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Jobs: list, show, cancel. */
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class JobsResource {
    private final Jobs jobs;

    public JobsResource(Jobs jobs) {
        this.jobs = jobs;
    }

    /** A page; {@code next_page_token} is empty on the last one. */
    @RegisterForReflection
    public record JobsPage(List<JobJson> jobs, String next_page_token) {}

    @GET
    @Operation(summary = "Lists jobs, the newest first")
    public JobsPage list(
            @RestQuery @DefaultValue("") String kind,
            @RestQuery("page_size") @DefaultValue("0") int pageSize,
            @RestQuery("page_token") @DefaultValue("") String pageToken) {
        Jobs.Page page = jobs.list(kind, pageSize, pageToken);
        return new JobsPage(
                page.jobs().stream().map(JobJson::of).toList(), page.next().orElse(""));
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "Shows a job as it stands")
    public JobJson get(@RestPath String id) {
        return JobJson.of(jobs.get(id));
    }

    @POST
    @Path("/{id}/cancel")
    @Operation(summary = "Asks a job to end; one that has ended stays as it is")
    public JobJson cancel(@RestPath String id) {
        return JobJson.of(jobs.cancel(id));
    }
}
