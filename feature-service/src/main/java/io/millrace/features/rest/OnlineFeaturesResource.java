package io.millrace.features.rest;

import io.millrace.features.app.FeastReads;
import io.millrace.features.app.FeastSettings;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.OnlineFeatures;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.features.telemetry.FeatureMetrics.Completeness;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** Feast's online read over HTTP, with two fields of our own: {@code as_of} and {@code complete_within_ms}. */
@Path("/get-online-features")
public class OnlineFeaturesResource {
    private final FeastReads reads;
    private final OnlineFeatures online;
    private final FeastSettings settings;
    private final FeatureMetrics metrics;
    private final FeastExchange exchange;

    OnlineFeaturesResource(
            FeastReads reads,
            OnlineFeatures online,
            FeastSettings settings,
            FeatureMetrics metrics,
            FeastExchange exchange) {
        this.reads = reads;
        this.online = online;
        this.settings = settings;
        this.metrics = metrics;
        this.exchange = exchange;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Reads features of many entities (Feast's HTTP interface)",
            description =
                    "Body: {\"entities\": {key: [..]}, \"features\": [\"view:feature\"] or \"feature_service\": name, \"full_feature_names\": false,"
                            + " \"include_feature_view_version_metadata\": false, \"as_of\": instant or one per row, \"complete_within_ms\": n},"
                            + " under any or no content type.")
    public Response getOnlineFeatures(byte @Nullable [] body) {
        long start = System.nanoTime();
        return exchange.answer(body, metrics::refused, request -> admitted(request, start));
    }

    private Response admitted(FeastBody request, long start) {
        online.enter();
        try {
            return answered(request, start);
        } finally {
            online.leave();
        }
    }

    private Response answered(FeastBody request, long start) {
        int wait = request.count("complete_within_ms");
        boolean versions = request.flag("include_feature_view_version_metadata");
        var read = new FeastReads.Read(
                request.text("feature_service"),
                request.texts("features"),
                request.columns("entities"),
                request.flag("full_feature_names"),
                request.instants("as_of"),
                Duration.ofMillis(wait));
        request.check();
        OnlineAnswer answer = reads.read(read).join();
        boolean extended = wait > 0 || request.has("as_of");
        byte[] json = FeastAnswers.json(answer, new FeastAnswers.Form(extended, versions, settings.ignoreTtl()));
        metrics.read(
                wait <= 0
                        ? Completeness.NOT_ASKED
                        : answer.complete() ? Completeness.REACHED : Completeness.NOT_REACHED,
                answer.rows(),
                System.nanoTime() - start);
        return Response.ok(json, MediaType.APPLICATION_JSON_TYPE).build();
    }
}
