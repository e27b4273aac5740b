package io.millrace.features.rest;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.app.FeatureReason;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.OnlineFeatures;
import io.millrace.features.app.OnlineRequest;
import io.millrace.features.telemetry.FeatureMetrics;
import io.millrace.features.telemetry.FeatureMetrics.Completeness;
import io.millrace.gate.Refusal;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Feast's online read over HTTP, with two fields of our own: {@code as_of} and {@code complete_within_ms}. */
@Path("/get-online-features")
public class OnlineFeaturesResource {
    private final OnlineFeatures online;
    private final FeatureMetrics metrics;
    private final ObjectMapper json;

    public OnlineFeaturesResource(OnlineFeatures online, FeatureMetrics metrics, ObjectMapper json) {
        this.online = online;
        this.metrics = metrics;
        this.json = json;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Reads features of many entities (Feast's HTTP interface)",
            description =
                    "Body: {\"entities\": {key: [..]}, \"features\": [\"view:feature\"], \"full_feature_names\": false,"
                            + " \"as_of\": instant or one per row, \"complete_within_ms\": n}, under any or no content type.")
    public Response getOnlineFeatures(byte[] body) {
        long start = System.nanoTime();
        JsonNode request;
        try {
            request = json.readTree(body);
        } catch (JacksonException e) {
            return refused(
                    new Refusal(FeatureReason.MALFORMED_REQUEST, "the body is not JSON: " + e.getOriginalMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        List<FeastErrors.Shape> faults = faults(request);
        if (!faults.isEmpty()) {
            return FeastErrors.shape(faults);
        }
        try {
            return answered(request, start);
        } catch (Refusal refusal) {
            return refused(refusal);
        } catch (CompletionException e) {
            if (e.getCause() instanceof Refusal refusal) {
                return refused(refusal);
            }
            throw e;
        }
    }

    private Response answered(JsonNode request, long start) {
        if (request.hasNonNull("feature_service")) {
            throw new Refusal(
                    FeatureReason.FEATURE_SERVICE_NOT_FOUND,
                    "Feature service " + request.path("feature_service").asText() + " does not exist");
        }
        var features = new ArrayList<String>();
        request.path("features").forEach(feature -> features.add(feature.asText()));
        int wait = request.path("complete_within_ms").asInt(0);
        OnlineAnswer answer = online.read(
                        new OnlineRequest(
                                features,
                                JsonValues.columns(request.path("entities")),
                                JsonValues.instants(request.path("as_of"), "as_of"),
                                request.path("full_feature_names").asBoolean(false),
                                OnlineRequest.UnknownColumns.DROP),
                        Duration.ofMillis(wait))
                .join();
        boolean extended = wait > 0 || request.hasNonNull("as_of");
        byte[] body = FeastAnswers.json(answer, extended);
        metrics.read(
                wait <= 0
                        ? Completeness.NOT_ASKED
                        : answer.complete() ? Completeness.REACHED : Completeness.NOT_REACHED,
                answer.rows(),
                System.nanoTime() - start);
        return Response.ok(body, MediaType.APPLICATION_JSON_TYPE).build();
    }

    private Response refused(Refusal refusal) {
        metrics.refused(refusal.reason());
        return FeastErrors.of(refusal);
    }

    private static List<FeastErrors.Shape> faults(JsonNode request) {
        var faults = new ArrayList<FeastErrors.Shape>();
        if (!request.isObject()) {
            return List.of(new FeastErrors.Shape(
                    "model_attributes_type", List.of("body"), "Input should be a valid dictionary"));
        }
        JsonNode entities = request.path("entities");
        if (entities.isMissingNode()) {
            faults.add(new FeastErrors.Shape("missing", List.of("body", "entities"), "Field required"));
        } else if (!entities.isObject()) {
            faults.add(new FeastErrors.Shape(
                    "dict_type", List.of("body", "entities"), "Input should be a valid dictionary"));
        } else {
            entities.properties().forEach(column -> {
                if (!column.getValue().isArray()) {
                    faults.add(new FeastErrors.Shape(
                            "list_type", List.of("body", "entities", column.getKey()), "Input should be a valid list"));
                }
            });
        }
        JsonNode features = request.path("features");
        if (!features.isMissingNode() && !features.isNull() && !features.isArray()) {
            faults.add(new FeastErrors.Shape("list_type", List.of("body", "features"), "Input should be a valid list"));
        }
        for (JsonNode feature : features) {
            if (!feature.isTextual()) {
                faults.add(new FeastErrors.Shape(
                        "string_type", List.of("body", "features"), "Input should be a valid string"));
            }
        }
        JsonNode wait = request.path("complete_within_ms");
        boolean waitIsNumber = wait.canConvertToInt() && wait.isIntegralNumber() && wait.intValue() >= 0;
        if (!wait.isMissingNode() && !wait.isNull() && !waitIsNumber) {
            faults.add(new FeastErrors.Shape(
                    "int_type", List.of("body", "complete_within_ms"), "Input should be a valid integer, 0 or more"));
        }
        return faults;
    }
}
