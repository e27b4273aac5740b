package io.millrace.inference.rest;

import io.millrace.inference.app.watch.Watches;
import io.millrace.inference.domain.watch.DriftReport;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** Drift over REST: what watching the predictions of pipelines has found. Answers from memory. Refusals are RFC 9457 problems. */
@Path("/v1/drift")
@Produces(MediaType.APPLICATION_JSON)
public class DriftResource {
    private final Watches watches;

    public DriftResource(Watches watches) {
        this.watches = watches;
    }

    /** Reports by pipeline. */
    @RegisterForReflection(
            targets = {
                Listing.class,
                DriftReport.class,
                DriftReport.VersionDrift.class,
                DriftReport.Window.class,
                DriftReport.Measure.class,
                DriftReport.Quantile.class,
                DriftReport.Joint.class,
                DriftReport.Incident.class,
                DriftReport.Moved.class,
                DriftReport.Cause.class,
                DriftReport.Ranked.class,
                DriftReport.Segment.class,
                DriftReport.Upstream.class
            })
    public record Listing(List<DriftReport> reports) {}

    @GET
    public Listing list() {
        return new Listing(watches.all());
    }

    /** Of one pipeline; without versions where nothing was looked at yet. */
    @GET
    @Path("/{pipeline}")
    public DriftReport find(String pipeline) {
        return watches.find(pipeline);
    }
}
