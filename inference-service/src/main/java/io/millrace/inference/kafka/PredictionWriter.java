package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.SerializedString;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Writes prediction events as docs/architecture.md gives them, plain or as CloudEvents. Not thread-safe. */
final class PredictionWriter {
    /**
     * What is written of.
     *
     * @param row the event's place in the batch
     * @param traceparent the W3C trace context that the prediction continues; empty where there is none
     */
    record Prediction(
            DecodedEvent.Event event,
            RowScore.Scored score,
            ScoredBatch batch,
            int row,
            ConsumerRecord<?, ?> source,
            String traceparent) {}

    private static final int MOST_MODELS = 64;

    private final JsonText json = new JsonText();
    private final InstantTexts instants = new InstantTexts();
    private final Pipeline pipeline;
    private final SerializedString name;
    private final SerializedString definition;
    private String inputId = "";

    /** Model versions as they are written. */
    private final Map<ModelIdentity, SerializedString> models = new HashMap<>();

    /** The batch that was written of last, whose positions stand in each of its predictions. */
    private @Nullable ScoredBatch batch;

    private SerializedString positions = new SerializedString("[]");

    PredictionWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.name = new SerializedString(pipeline.name());
        this.definition = new SerializedString(pipeline.digest());
    }

    /** Sets the id of the input topic. */
    void readFrom(String topicId) {
        inputId = topicId;
    }

    /** The event as a JSON object. */
    byte[] plain(Prediction prediction) {
        return json.bytes(out -> data(out, prediction));
    }

    /** The event as the data of a structured CloudEvent. */
    byte[] structured(CloudEvent event, Prediction prediction) {
        return json.bytes(out -> CloudEventWriter.structured(out, event, data -> data(data, prediction)));
    }

    /** An alert as a structured CloudEvent: why it was raised, and what it is about. */
    byte[] alert(CloudEvent event, Alert alert, Prediction prediction) {
        return json.bytes(out -> CloudEventWriter.structured(out, event, data -> {
            data.writeStartObject();
            data.writeStringField("pipeline", pipeline.name());
            data.writeStringField("severity", alert.severity().name().toLowerCase(Locale.ROOT));
            if (!alert.description().isEmpty()) {
                data.writeStringField("description", alert.description());
            }
            data.writeStringField("when", alert.when());
            scalars(data, "entity", prediction.score().entity());
            data.writeStringField("key", prediction.event().key());
            data.writeNumberField("prediction", prediction.score().prediction());
            data.writeStringField("timestamp", instants.of(prediction.event().timestampMicros()));
            model(data, prediction.batch().model(prediction.row()));
            source(data, prediction.source());
            data.writeEndObject();
        }));
    }

    private void data(JsonGenerator out, Prediction prediction) throws IOException {
        out.writeStartObject();
        out.writeFieldName("pipeline");
        out.writeString(name);
        out.writeFieldName("definition");
        out.writeString(definition);
        scalars(out, "entity", prediction.score().entity());
        out.writeStringField("key", prediction.event().key());
        out.writeNumberField("prediction", prediction.score().prediction());
        double novelty = prediction.score().novelty();
        if (!Double.isNaN(novelty)) {
            out.writeNumberField("novelty", novelty);
        }
        out.writeStringField("timestamp", instants.of(prediction.event().timestampMicros()));
        out.writeStringField("as_of", instants.of(prediction.event().row().asOfMicros()));
        model(out, prediction.batch().model(prediction.row()));
        Optional<Choice> choice = prediction.batch().choice(prediction.row());
        if (choice.isPresent()) {
            deployment(out, choice.get());
        }
        if (pipeline.extras().vector()) {
            request(out, prediction.event());
        }
        features(out, prediction.score(), prediction.batch());
        if (prediction.score().contributions().isPresent()) {
            ContributionsWriter.write(out, prediction.score().contributions().get());
        }
        source(out, prediction.source());
        if (!prediction.traceparent().isEmpty()) {
            out.writeStringField("trace", prediction.traceparent());
        }
        out.writeEndObject();
    }

    private void request(JsonGenerator out, DecodedEvent.Event event) throws IOException {
        var values = new TreeMap<String, Object>();
        for (String field : pipeline.request().keySet()) {
            Object value = event.row().fields().get(field);
            if (value != null) {
                values.put(field, value);
            }
        }
        scalars(out, "request", values);
    }

    private void source(JsonGenerator out, ConsumerRecord<?, ?> source) throws IOException {
        out.writeObjectFieldStart("source");
        out.writeStringField("topic", source.topic());
        if (!inputId.isEmpty()) {
            out.writeStringField("topic_id", inputId);
        }
        out.writeNumberField("partition", source.partition());
        out.writeNumberField("offset", source.offset());
        out.writeEndObject();
    }

    private void model(JsonGenerator out, ModelIdentity identity) throws IOException {
        SerializedString written = models.get(identity);
        if (written == null) {
            if (models.size() == MOST_MODELS) {
                models.clear();
            }
            written = JsonText.once(own -> identity(own, identity));
            models.put(identity, written);
        }
        out.writeFieldName("model");
        out.writeRawValue(written);
    }

    static void identity(JsonGenerator out, ModelIdentity identity) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", identity.name());
        out.writeStringField("version", identity.version());
        out.writeStringField("digest", identity.digest());
        if (!identity.engine().isEmpty()) {
            out.writeStringField("engine", identity.engine());
        }
        if (!identity.steps().isEmpty()) {
            out.writeArrayFieldStart("steps");
            for (ScoredBatch.Step step : identity.steps()) {
                out.writeStartObject();
                out.writeStringField("step", step.name());
                out.writeStringField("name", step.model());
                out.writeStringField("version", step.version());
                out.writeStringField("digest", step.digest());
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    static void deployment(JsonGenerator out, Choice choice) throws IOException {
        out.writeObjectFieldStart("deployment");
        out.writeStringField("name", choice.deployment());
        out.writeNumberField("revision", choice.revision());
        out.writeStringField("arm", choice.arm());
        out.writeNumberField("share", choice.share());
        out.writeEndObject();
    }

    private void features(JsonGenerator out, RowScore.Scored score, ScoredBatch of) throws IOException {
        out.writeObjectFieldStart("features");
        if (of.service().isPresent()) {
            out.writeStringField("service", of.service().get());
        }
        scalars(out, "values", score.features());
        out.writeObjectFieldStart("event_times");
        for (Map.Entry<String, Long> eventTime : score.eventTimeMicros().entrySet()) {
            out.writeStringField(eventTime.getKey(), instants.of(eventTime.getValue()));
        }
        out.writeEndObject();
        out.writeArrayFieldStart("imputed");
        for (String imputed : score.imputed()) {
            out.writeString(imputed);
        }
        out.writeEndArray();
        out.writeBooleanField("complete", of.complete());
        out.writeStringField("hash", score.vectorHash());
        if (!score.vector().isEmpty()) {
            vector(out, score.vector());
        }
        out.writeFieldName("positions");
        out.writeRawValue(positions(of));
        out.writeEndObject();
    }

    /** In the form of the Open Inference Protocol's inputs, so that the model can be called with it. A float is written as the double that equals it. */
    private static void vector(JsonGenerator out, List<RowScore.InputRow> vector) throws IOException {
        out.writeArrayFieldStart("vector");
        for (RowScore.InputRow input : vector) {
            out.writeStartObject();
            out.writeStringField("name", input.name());
            out.writeStringField("datatype", input.datatype().name());
            out.writeArrayFieldStart("shape");
            out.writeNumber(1);
            out.writeNumber(input.values().size());
            out.writeEndArray();
            out.writeArrayFieldStart("data");
            for (Object value : input.values()) {
                switch (value) {
                    case Long whole -> out.writeNumber(whole);
                    case Double real -> out.writeNumber(real);
                    default -> out.writeString(value.toString());
                }
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private SerializedString positions(ScoredBatch of) {
        if (of != batch) {
            positions = JsonText.once(own -> {
                own.writeStartArray();
                for (ScoredBatch.FeaturePosition position : of.positions()) {
                    position(own, position);
                }
                own.writeEndArray();
            });
            batch = of;
        }
        return positions;
    }

    private static void position(JsonGenerator out, ScoredBatch.FeaturePosition position) throws IOException {
        out.writeStartObject();
        out.writeStringField("view", position.view());
        out.writeStringField("topic", position.topic());
        out.writeStringField("topic_id", position.topicId());
        out.writeNumberField("partition", position.partition());
        out.writeNumberField("offset", position.offset());
        if (!position.definition().isEmpty()) {
            out.writeStringField("definition", position.definition());
        }
        out.writeEndObject();
    }

    static void scalars(JsonGenerator out, String name, Map<String, Object> values) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            out.writeFieldName(entry.getKey());
            switch (entry.getValue()) {
                case Long number -> out.writeNumber(number);
                case Double number -> out.writeNumber(number);
                case Boolean flag -> out.writeBoolean(flag);
                default -> out.writeString(entry.getValue().toString());
            }
        }
        out.writeEndObject();
    }
}
