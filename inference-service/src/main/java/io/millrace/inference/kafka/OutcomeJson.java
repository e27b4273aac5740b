package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import java.io.IOException;
import java.time.DateTimeException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Outcomes as the JSON objects that docs/labels.md gives. Equal outcomes give equal bytes. Not thread-safe. */
final class OutcomeJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonText json = new JsonText();
    private final InstantTexts instants = new InstantTexts();

    byte[] write(Outcome outcome) {
        return json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField(
                    "outcome",
                    switch (outcome) {
                        case Predicted _ -> "predicted";
                        case Labelled _ -> "labelled";
                        case Unlabelled _ -> "unlabelled";
                    });
            if (outcome instanceof Labelled labelled) {
                out.writeObjectFieldStart("label");
                out.writeNumberField("value", labelled.label());
                out.writeStringField("timestamp", instants.of(labelled.micros()));
                if (!labelled.source().isEmpty()) {
                    out.writeStringField("source", labelled.source());
                }
                out.writeEndObject();
            }
            write(out, outcome.prediction());
            out.writeEndObject();
        });
    }

    private void write(JsonGenerator out, Prediction prediction) throws IOException {
        out.writeStringField("id", prediction.id());
        out.writeStringField("key", prediction.key());
        out.writeNumberField("prediction", prediction.value());
        out.writeStringField("timestamp", instants.of(prediction.micros()));
        PredictionWriter.scalars(out, "entity", new TreeMap<>(prediction.entity()));
        out.writeFieldName("model");
        PredictionWriter.identity(out, prediction.model());
        if (prediction.choice().isPresent()) {
            PredictionWriter.deployment(out, prediction.choice().get());
        }
        if (!prediction.shadow().isEmpty()) {
            out.writeStringField("shadow", prediction.shadow());
        }
        PredictionWriter.scalars(out, "values", new TreeMap<>(prediction.values()));
    }

    /** @throws IOException where the bytes are no outcome */
    static Outcome read(byte[] value) throws IOException {
        JsonNode node = JSON.readTree(value);
        try {
            JsonNode label = node.path("label");
            Prediction prediction = prediction(node);
            return switch (node.path("outcome").asText()) {
                case "predicted" -> new Predicted(prediction);
                case "labelled" ->
                    new Labelled(
                            prediction,
                            label.path("value").doubleValue(),
                            PredictionParser.micros(label.path("timestamp").asText()),
                            label.path("source").asText(""));
                case "unlabelled" -> new Unlabelled(prediction);
                default -> throw new IOException("the record is no outcome");
            };
        } catch (DateTimeException e) {
            throw new IOException("the record is no outcome: " + e.getMessage(), e);
        }
    }

    private static Prediction prediction(JsonNode node) {
        JsonNode model = node.path("model");
        Map<String, Object> values = PredictionParser.scalars(node.path("values"));
        Optional<Choice> choice = PredictionParser.choice(node.path("deployment"));
        return new Prediction(
                node.path("id").asText(),
                node.path("key").asText(),
                PredictionParser.scalars(node.path("entity")),
                new ModelIdentity(
                        model.path("name").asText(),
                        model.path("version").asText(),
                        model.path("digest").asText(),
                        model.path("engine").asText(""),
                        PredictionParser.steps(model.path("steps"))),
                choice,
                node.path("shadow").asText(""),
                node.path("prediction").doubleValue(),
                PredictionParser.micros(node.path("timestamp").asText()),
                values);
    }
}
