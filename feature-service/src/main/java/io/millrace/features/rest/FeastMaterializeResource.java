package io.millrace.features.rest;

import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.batch.FeastMaterializations;
import io.millrace.features.app.batch.FeastMaterializations.Begun;
import io.millrace.features.app.batch.Span;
import io.millrace.features.app.batch.TimeRange;
import io.millrace.features.domain.FeastTime;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.gate.Refusal;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;
import org.jspecify.annotations.Nullable;

/** Feast's {@code /materialize} and {@code /materialize-incremental}, for views whose source is a batch. */
@Path("/")
@Consumes(MediaType.WILDCARD)
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
public class FeastMaterializeResource {
    /** How far back Feast goes the first time where a view has no ttl. */
    private static final Duration WITHOUT_TTL = Duration.ofDays(52 * 7);

    private final FeastMaterializations materializations;
    private final FeastExchange exchange;
    private final FeatureMetrics metrics;

    FeastMaterializeResource(FeastMaterializations materializations, FeastExchange exchange, FeatureMetrics metrics) {
        this.materializations = materializations;
        this.exchange = exchange;
        this.metrics = metrics;
    }

    /** The views that are being materialised from now on. */
    @RegisterForReflection
    record Accepted(String status, List<String> feature_views) {}

    /** The views that were being materialised already. */
    @RegisterForReflection
    record Conflict(String error, List<String> feature_views) {}

    @POST
    @Path("/materialize")
    @Operation(
            summary = "Brings the rows of batch sources into the stores (Feast's HTTP interface)",
            description =
                    "Body: {\"start_ts\": .., \"end_ts\": .., both inclusive, \"feature_views\": [..] or none for all with a batch source, \"version\": \"v2\","
                            + " \"disable_event_timestamp\": true for all rows}. 200 null once the rows can be read; with ?async=true 202 at once, or 409 while one of the views is being"
                            + " materialised, which &force=true ends.")
    public Response materialize(
            byte @Nullable [] body,
            @RestQuery("async") @Nullable String async,
            @RestQuery("force") @Nullable String force) {
        return answer(body, async, force, request -> {
            if (request.flag("disable_event_timestamp")) {
                return new Span.Within(TimeRange.ALL);
            }
            long from = micros(request, "start_ts");
            return new Span.Within(new TimeRange(from, micros(request, "end_ts")));
        });
    }

    @POST
    @Path("/materialize-incremental")
    @Operation(
            summary = "Brings what came since the last end into the stores (Feast's HTTP interface)",
            description =
                    "Body: {\"end_ts\": .., \"feature_views\": [..], \"version\": \"v2\"}; else as /materialize. The first time from now less the view's ttl, or less 52 weeks.")
    public Response materializeIncremental(
            byte @Nullable [] body,
            @RestQuery("async") @Nullable String async,
            @RestQuery("force") @Nullable String force) {
        return answer(
                body,
                async,
                force,
                request -> new Span.SinceLastEnd(micros(request, "end_ts"), Optional.of(WITHOUT_TTL)));
    }

    private Response answer(
            byte @Nullable [] body, @Nullable String async, @Nullable String force, Function<FeastBody, Span> read) {
        return exchange.answer(body, metrics::writeRefused, request -> {
            Span span = read.apply(request);
            List<String> named = request.texts("feature_views");
            String version = request.text("version").orElse("");
            request.flag("full_feature_names");
            boolean isAsync = request.queryFlag("async", async);
            boolean isForced = request.queryFlag("force", force);
            request.check();
            List<String> views = views(named, version);
            return isAsync ? begun(materializations.begin(views, span, isForced)) : waited(views, span);
        });
    }

    private Response waited(List<String> views, Span span) {
        return materializations
                .materialize(views, span)
                .map(FeastErrors::failed)
                .orElseGet(() ->
                        Response.ok("null", MediaType.APPLICATION_JSON_TYPE).build());
    }

    private static Response begun(Begun begun) {
        return switch (begun) {
            case Begun.Accepted(List<String> views) ->
                Response.status(202).entity(new Accepted("accepted", views)).build();
            case Begun.Conflict(List<String> views) ->
                Response.status(409)
                        .entity(new Conflict(
                                "Cannot start async materialization: these feature views are being materialized already: "
                                        + String.join(", ", views) + ". Use ?force=true to override.",
                                views))
                        .build();
        };
    }

    private List<String> views(List<String> named, String version) {
        if (version.isEmpty()) {
            return named.isEmpty() ? materializations.all() : named;
        }
        if (named.size() != 1) {
            throw new Refusal(FeatureReason.MALFORMED_REQUEST, "'version' needs exactly one of 'feature_views'");
        }
        return List.of(named.getFirst() + "@" + version);
    }

    /** 0, and a fault, where it is not given. */
    private static long micros(FeastBody request, String field) {
        String text = request.requiredText(field);
        return text.isEmpty()
                ? 0
                : FeastTime.micros(text)
                        .orElseThrow(() -> new Refusal(
                                FeatureReason.MALFORMED_REQUEST,
                                "'" + field
                                        + "' must be text such as 2026-03-02T09:00:00Z (UTC where it has no offset)"));
    }
}
