package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.replay.RecordPlace;
import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.RowScore.InputRow;
import io.millrace.inference.domain.ScoredBatch.FeaturePosition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import io.millrace.inference.domain.deploy.Choice;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads what {@link PredictionWriter} wrote, as it is or as the data of a CloudEvent. Thread-safe. */
final class PredictionParser {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PredictionParser() {}

    /**
     * @throws IOException where the bytes are no prediction
     */
    static RecordedPrediction read(byte[] value) throws IOException {
        JsonNode event = JSON.readTree(value);
        if (event.has("specversion") && event.path("data").isObject()) {
            event = event.path("data");
        }
        for (String field :
                List.of("pipeline", "key", "prediction", "timestamp", "as_of", "model", "features", "source")) {
            if (!event.has(field)) {
                throw new IOException("the record has no '" + field + "': it is no prediction");
            }
        }
        JsonNode model = event.path("model");
        JsonNode features = event.path("features");
        JsonNode source = event.path("source");
        var imputed = new ArrayList<String>();
        features.path("imputed").forEach(name -> imputed.add(name.asText()));
        try {
            return new RecordedPrediction(
                    event.path("pipeline").asText(),
                    event.path("definition").asText(""),
                    event.path("key").asText(),
                    scalars(event.path("entity")),
                    event.path("prediction").doubleValue(),
                    micros(event.path("timestamp").asText()),
                    micros(event.path("as_of").asText()),
                    new ModelIdentity(
                            model.path("name").asText(),
                            model.path("version").asText(),
                            model.path("digest").asText(),
                            model.path("engine").asText(""),
                            steps(model.path("steps"))),
                    new RecordPlace(
                            source.path("topic").asText(),
                            source.path("partition").asInt(),
                            source.path("offset").asLong()),
                    source.path("topic_id").asText(""),
                    features.path("service").asText(""),
                    choice(event.path("deployment")),
                    scalars(event.path("request")),
                    scalars(features.path("values")),
                    times(features.path("event_times")),
                    imputed,
                    features.path("hash").asText(),
                    vector(features.path("vector")),
                    positions(features.path("positions")));
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("the record is no prediction: " + e.getMessage(), e);
        }
    }

    static Optional<Choice> choice(JsonNode deployment) {
        return deployment.isObject()
                ? Optional.of(new Choice(
                        deployment.path("name").asText(),
                        deployment.path("revision").asLong(),
                        deployment.path("arm").asText(),
                        deployment.path("share").asDouble()))
                : Optional.empty();
    }

    /**
     * Whether a prediction's features were complete.
     *
     * @throws IOException where the bytes are no JSON
     */
    static boolean isComplete(byte[] value) throws IOException {
        JsonNode event = JSON.readTree(value);
        return (event.has("specversion") ? event.path("data") : event)
                .path("features")
                .path("complete")
                .asBoolean();
    }

    /**
     * Which pipeline made a prediction of which record, at little cost; empty where the bytes are no prediction.
     *
     * @param value as it is, or a CloudEvent with it as its data
     */
    static Optional<Origin> origin(byte[] value) {
        try (JsonParser parser = JSON.createParser(value)) {
            String pipeline = "";
            RecordPlace source = null;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token != JsonToken.FIELD_NAME) {
                    continue;
                }
                String name = parser.currentName();
                JsonToken first = parser.nextToken();
                if (name.equals("pipeline") && first == JsonToken.VALUE_STRING) {
                    pipeline = parser.getText();
                } else if (name.equals("source") && first == JsonToken.START_OBJECT) {
                    source = source(parser);
                } else if (!name.equals("data")) {
                    parser.skipChildren();
                }
            }
            return source == null ? Optional.empty() : Optional.of(new Origin(pipeline, source));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @param source the record that was scored */
    record Origin(String pipeline, RecordPlace source) {}

    private static RecordPlace source(JsonParser parser) throws IOException {
        JsonNode source = JSON.readTree(parser);
        return new RecordPlace(
                source.path("topic").asText(),
                source.path("partition").asInt(),
                source.path("offset").asLong());
    }

    static Map<String, Object> scalars(JsonNode object) {
        var values = new HashMap<String, Object>();
        object.properties().forEach(entry -> values.put(entry.getKey(), scalar(entry.getValue())));
        return values;
    }

    private static Object scalar(JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isIntegralNumber()) {
            return value.longValue();
        }
        return value.isNumber() ? (Object) value.doubleValue() : value.asText();
    }

    private static Map<String, Long> times(JsonNode object) {
        var times = new HashMap<String, Long>();
        object.properties()
                .forEach(entry ->
                        times.put(entry.getKey(), micros(entry.getValue().asText())));
        return times;
    }

    private static List<FeaturePosition> positions(JsonNode array) {
        var positions = new ArrayList<FeaturePosition>();
        array.forEach(position -> positions.add(new FeaturePosition(
                position.path("view").asText(),
                position.path("topic").asText(),
                position.path("topic_id").asText(),
                position.path("partition").asInt(),
                position.path("offset").asLong(),
                position.path("definition").asText(""))));
        return positions;
    }

    static List<Step> steps(JsonNode array) {
        var steps = new ArrayList<Step>();
        array.forEach(step -> steps.add(new Step(
                step.path("step").asText(),
                step.path("name").asText(),
                step.path("version").asText(),
                step.path("digest").asText())));
        return steps;
    }

    private static List<InputRow> vector(JsonNode array) {
        var vector = new ArrayList<InputRow>();
        array.forEach(input -> {
            var values = new ArrayList<Object>();
            input.path("data").forEach(value -> values.add(scalar(value)));
            vector.add(new InputRow(
                    input.path("name").asText(),
                    Datatype.valueOf(input.path("datatype").asText()),
                    values));
        });
        return vector;
    }

    static long micros(String instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(instant));
    }
}
