package io.millrace.features.rest;

import io.millrace.features.app.FeastWrites;
import io.millrace.features.app.FeastWrites.Written;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.domain.PushTarget;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Feast's writes over HTTP: {@code /push} and {@code /write-to-online-store}. */
@Path("/")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class FeastWriteResource {
    private final FeastWrites writes;
    private final FeastExchange exchange;
    private final FeatureMetrics metrics;

    FeastWriteResource(FeastWrites writes, FeastExchange exchange, FeatureMetrics metrics) {
        this.writes = writes;
        this.metrics = metrics;
        this.exchange = exchange;
    }

    @POST
    @Path("/push")
    @Operation(
            summary = "Writes rows to a view whose source is push (Feast's HTTP interface)",
            description =
                    "Body: {\"push_source_name\": view, \"df\": {column: [..], \"event_timestamp\": [..]}, \"to\": online, offline or"
                            + " online_and_offline}. 200: the rows can be read; 202: they are committed and will be. A body that is sent again counts once.")
    public Response push(byte @Nullable [] body) {
        return exchange.answer(body, metrics::writeRefused, request -> {
            String view = request.requiredText("push_source_name");
            var columns = request.columns("df");
            String to = request.text("to").orElse("online");
            ignored(request);
            request.check();
            try {
                Written written = writes.write(new FeastWrites.Frame(view, columns, target(to), bytes(body)));
                return Response.status(written == Written.READABLE ? 200 : 202).build();
            } catch (Refusal refusal) {
                if (refusal.reason() != FeatureReason.VIEW_NOT_FOUND) {
                    throw refusal;
                }
                metrics.writeRefused(refusal.reason());
                return FeastErrors.noPushSource(view, writes.nearest(view));
            }
        });
    }

    @POST
    @Path("/write-to-online-store")
    @Operation(
            summary = "Writes rows to a view whose source is push, to be served only (Feast's HTTP interface)",
            description =
                    "Body: {\"feature_view_name\": view, \"df\": {column: [..], \"event_timestamp\": [..]}}. A body that is sent again counts once.")
    public Response writeToOnlineStore(byte @Nullable [] body) {
        return exchange.answer(body, metrics::writeRefused, request -> {
            String view = request.requiredText("feature_view_name");
            var columns = request.columns("df");
            ignored(request);
            request.check();
            writes.write(new FeastWrites.Frame(view, columns, PushTarget.ONLINE, bytes(body)));
            return Response.ok("null", MediaType.APPLICATION_JSON_TYPE).build();
        });
    }

    private static byte[] bytes(byte @Nullable [] body) {
        return body == null ? new byte[0] : body;
    }

    /** Definitions are never stale and nothing is transformed on the way: these are checked and have no meaning. */
    private static void ignored(FeastBody request) {
        request.flag("allow_registry_cache");
        request.flag("transform_on_write");
    }

    private static PushTarget target(String to) {
        return PushTarget.of(to)
                .orElseThrow(() -> new Refusal(
                        FeatureReason.MALFORMED_REQUEST,
                        to + " is not a supported push format. Please specify one of these ['online', 'offline',"
                                + " 'online_and_offline']."));
    }
}
