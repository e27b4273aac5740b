package io.millrace.edge.rest;

import io.millrace.edge.app.AggregateView;
import io.millrace.edge.app.Cycle;
import io.millrace.edge.app.EdgeReason;
import io.millrace.gate.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The aggregate of the last cycle. */
@Path("/v1/aggregate")
@Tag(name = "Aggregate")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class AggregateResource {
    private final Cycle cycle;

    public AggregateResource(Cycle cycle) {
        this.cycle = cycle;
    }

    @GET
    @Operation(operationId = "getAggregate", summary = "The last aggregate; 412 before the first cycle has ended")
    public AggregateView get() {
        return cycle.latest()
                .map(AggregateView::of)
                .orElseThrow(() -> new Refusal(EdgeReason.NO_AGGREGATE, "no cycle has ended yet"));
    }
}
