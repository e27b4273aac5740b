package io.millrace.features.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.features.app.VectorSearches;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.VectorMetric;
import io.millrace.features.telemetry.FeatureMetrics;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/**
 * Feast's search for documents over HTTP. The vector is the one feature of that type among {@code features}, or the first one named; what else is named comes as columns,
 * after the join keys and before {@code distance}.
 */
@Path("/retrieve-online-documents")
public class FeastDocumentsResource {
    private static final JsonFactory JSON = new JsonFactory();

    private final VectorSearches searches;
    private final FeastExchange exchange;
    private final FeatureMetrics metrics;

    FeastDocumentsResource(VectorSearches searches, FeastExchange exchange, FeatureMetrics metrics) {
        this.searches = searches;
        this.exchange = exchange;
        this.metrics = metrics;
    }

    @POST
    @Consumes(MediaType.WILDCARD)
    @Produces(MediaType.APPLICATION_JSON)
    @RunOnVirtualThread
    @Operation(
            summary = "Finds the entities whose vectors are nearest to another one (Feast's HTTP interface)",
            description =
                    "Body: {\"features\": [\"view:vector\", \"view:other\"], \"query\": [0.1, ..], \"top_k\": 10, \"distance_metric\": \"cosine\","
                            + " \"filters\": {\"type\": \"and\", \"filters\": [{\"type\": \"eq\", \"key\": \"colour\", \"value\": \"red\"}]}}")
    public Response retrieve(byte @Nullable [] body) {
        return exchange.answer(body, metrics::refused, this::answered);
    }

    private Response answered(FeastBody request) {
        List<String> features = request.texts("features");
        List<Float> query = request.floats("query");
        int limit = request.has("top_k") ? request.count("top_k") : 10;
        Optional<VectorMetric> metric = request.text("distance_metric").flatMap(text -> metric(request, text));
        var filter = request.filter("filters");
        request.check();
        String vector = searches.vectorAmong(features);
        VectorSearches.Answer answer =
                searches.search(new VectorSearches.Query(vector, query, features, limit, 0, false, metric, filter));
        return Response.ok(json(answer), MediaType.APPLICATION_JSON_TYPE).build();
    }

    /** Feast and its stores write one metric in several ways. */
    private static Optional<VectorMetric> metric(FeastBody request, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "cosine" -> Optional.of(VectorMetric.COSINE);
            case "l2", "euclidean" -> Optional.of(VectorMetric.L2);
            case "dot", "ip", "inner_product" -> Optional.of(VectorMetric.DOT);
            default -> {
                request.refuse("enum", "Input should be 'cosine', 'l2' or 'dot'", "distance_metric");
                yield Optional.empty();
            }
        };
    }

    private static byte[] json(VectorSearches.Answer answer) {
        var bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeArrayFieldStart("results");
            for (int key = 0; key < answer.view().joinKeys().size(); key++) {
                int place = key;
                column(json, answer, match -> match.neighbour().key().values().get(place));
            }
            for (int feature = 0; feature < answer.features().size(); feature++) {
                int place = feature;
                column(json, answer, match -> match.values().get(place));
            }
            column(
                    json,
                    answer,
                    match -> new FeatureValue.Real(match.neighbour().distance()));
            json.writeEndArray();
            json.writeObjectFieldStart("metadata");
            json.writeArrayFieldStart("feature_names");
            for (var key : answer.view().joinKeys()) {
                json.writeString(key.name());
            }
            for (var feature : answer.features()) {
                json.writeString(feature.name());
            }
            json.writeString("distance");
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void column(
            JsonGenerator json,
            VectorSearches.Answer answer,
            Function<VectorSearches.Match, @Nullable FeatureValue> value)
            throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("values");
        for (VectorSearches.Match match : answer.matches()) {
            JsonValues.write(json, value.apply(match));
        }
        json.writeEndArray();
        json.writeArrayFieldStart("statuses");
        for (var _ : answer.matches()) {
            json.writeString("PRESENT");
        }
        json.writeEndArray();
        json.writeArrayFieldStart("event_timestamps");
        for (VectorSearches.Match match : answer.matches()) {
            json.writeString(DateTimeFormatter.ISO_INSTANT.format(
                    Instant.EPOCH.plus(match.neighbour().eventTimeMicros(), ChronoUnit.MICROS)));
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
