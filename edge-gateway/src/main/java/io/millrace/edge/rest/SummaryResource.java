package io.millrace.edge.rest;

import io.millrace.edge.app.EdgeReason;
import io.millrace.edge.app.Ingest;
import io.millrace.edge.app.NodeView;
import io.millrace.edge.app.Push;
import io.millrace.edge.app.SummaryJson;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Summaries that nodes push: plain JSON with a sequence, or CloudEvents 1.0 over HTTP in binary, structured and batched mode. */
@Path("/v1/nodes/{id}/summary")
@Tag(name = "Summaries")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class SummaryResource {
    private static final int MAX_BATCH_BYTES = 4 << 20;

    private final Ingest ingest;

    public SummaryResource(Ingest ingest) {
        this.ingest = ingest;
    }

    /** What became of a push: {@code outcome} is taken, late, duplicate or (in batches) stale. */
    @RegisterForReflection
    public record PushResult(String outcome, boolean duplicate) {
        static PushResult of(Push.Outcome outcome) {
            return new PushResult(outcome.name().toLowerCase(Locale.ROOT), outcome == Push.Outcome.DUPLICATE);
        }
    }

    /** What became of each event, in order. */
    @RegisterForReflection
    public record BatchResult(List<PushResult> results) {}

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(
            operationId = "pushSummary",
            summary =
                    "Takes a summary: plain JSON with its sequence, or the data of a CloudEvent in binary mode (ce- headers); fsynced when answered")
    public PushResult push(
            @PathParam("id") String id,
            @RequestBody(content = @Content(schema = @Schema(implementation = NodeView.SummaryShape.class)))
                    byte[] body,
            @Context HttpHeaders headers) {
        return PushResult.of(ingest.push(id, () -> {
            bound(body, SummaryJson.MAX_BYTES);
            return headers.getHeaderString("ce-specversion") == null && headers.getHeaderString("ce-id") == null
                    ? CloudEvents.plain(SummaryJson.tree(body), Optional.empty())
                    : CloudEvents.binary(headers::getHeaderString, body);
        }));
    }

    @POST
    @Consumes("application/cloudevents+json")
    @Operation(operationId = "pushEvent", summary = "Takes a summary as a CloudEvent in structured mode")
    public PushResult pushEvent(@PathParam("id") String id, byte[] body) {
        return PushResult.of(ingest.push(id, () -> {
            bound(body, 2 * SummaryJson.MAX_BYTES);
            return CloudEvents.structured(SummaryJson.tree(body));
        }));
    }

    @POST
    @Consumes("application/cloudevents-batch+json")
    @Operation(
            operationId = "pushEvents",
            summary =
                    "Takes up to 1,000 summaries as CloudEvents in batched mode; an event that is not valid refuses all")
    public BatchResult pushEvents(@PathParam("id") String id, byte[] body) {
        List<Push.Outcome> outcomes = ingest.pushAll(id, () -> {
            bound(body, MAX_BATCH_BYTES);
            return CloudEvents.batch(SummaryJson.tree(body));
        });
        return new BatchResult(outcomes.stream().map(PushResult::of).toList());
    }

    private static void bound(byte[] body, int most) {
        if (body.length > most) {
            throw new Refusal(EdgeReason.BODY_TOO_LARGE, "the body has at most " + most + " bytes, was " + body.length);
        }
    }
}
