package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.deploy.Choice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

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

    private final JsonFactory json = new JsonFactory();
    private final InstantTexts instants = new InstantTexts();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    private final Pipeline pipeline;
    private final String definition;
    private String inputId = "";

    PredictionWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.definition = pipeline.digest();
    }

    /** Sets the id of the input topic. */
    void readFrom(String topicId) {
        inputId = topicId;
    }

    /** The event as a JSON object. */
    byte[] plain(Prediction prediction) {
        return written(out -> data(out, prediction));
    }

    /** The event as the data of a structured CloudEvent. */
    byte[] structured(CloudEvent event, Prediction prediction) {
        return written(out -> CloudEventWriter.structured(out, event, data -> data(data, prediction)));
    }

    /** An alert as a structured CloudEvent: why it was raised, and what it is about. */
    byte[] alert(CloudEvent event, Alert alert, Prediction prediction) {
        return written(out -> CloudEventWriter.structured(out, event, data -> {
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

    private byte[] written(CloudEventWriter.Data data) {
        bytes.reset();
        try (JsonGenerator out = json.createGenerator(bytes)) {
            data.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private void data(JsonGenerator out, Prediction prediction) throws IOException {
        out.writeStartObject();
        out.writeStringField("pipeline", pipeline.name());
        out.writeStringField("definition", definition);
        scalars(out, "entity", prediction.score().entity());
        out.writeStringField("key", prediction.event().key());
        out.writeNumberField("prediction", prediction.score().prediction());
        out.writeStringField("timestamp", instants.of(prediction.event().timestampMicros()));
        out.writeStringField("as_of", instants.of(prediction.event().row().asOfMicros()));
        model(out, prediction.batch().model(prediction.row()));
        Optional<Choice> choice = prediction.batch().choice(prediction.row());
        if (choice.isPresent()) {
            deployment(out, choice.get());
        }
        features(out, prediction.score(), prediction.batch());
        source(out, prediction.source());
        if (!prediction.traceparent().isEmpty()) {
            out.writeStringField("trace", prediction.traceparent());
        }
        out.writeEndObject();
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

    private static void model(JsonGenerator out, ScoredBatch.ModelIdentity model) throws IOException {
        out.writeObjectFieldStart("model");
        out.writeStringField("name", model.name());
        out.writeStringField("version", model.version());
        out.writeStringField("digest", model.digest());
        if (!model.engine().isEmpty()) {
            out.writeStringField("engine", model.engine());
        }
        out.writeEndObject();
    }

    private static void deployment(JsonGenerator out, Choice choice) throws IOException {
        out.writeObjectFieldStart("deployment");
        out.writeStringField("name", choice.deployment());
        out.writeNumberField("revision", choice.revision());
        out.writeStringField("arm", choice.arm());
        out.writeNumberField("share", choice.share());
        out.writeEndObject();
    }

    private void features(JsonGenerator out, RowScore.Scored score, ScoredBatch batch) throws IOException {
        out.writeObjectFieldStart("features");
        if (batch.service().isPresent()) {
            out.writeStringField("service", batch.service().get());
        }
        scalars(out, "values", score.features());
        out.writeObjectFieldStart("event_times");
        for (Map.Entry<String, Long> eventTime : score.eventTimeMicros().entrySet()) {
            out.writeStringField(eventTime.getKey(), instants.of(eventTime.getValue()));
        }
        out.writeEndObject();
        out.writeArrayFieldStart("imputed");
        for (String feature : score.imputed()) {
            out.writeString(feature);
        }
        out.writeEndArray();
        out.writeBooleanField("complete", batch.complete());
        out.writeStringField("hash", score.vectorHash());
        out.writeArrayFieldStart("positions");
        for (ScoredBatch.FeaturePosition position : batch.positions()) {
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
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void scalars(JsonGenerator out, String name, Map<String, Object> values) throws IOException {
        out.writeObjectFieldStart(name);
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            scalar(out, entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    private static void scalar(JsonGenerator out, String name, Object value) throws IOException {
        switch (value) {
            case Long number -> out.writeNumberField(name, number);
            case Double number -> out.writeNumberField(name, number);
            case Boolean flag -> out.writeBooleanField(name, flag);
            default -> out.writeStringField(name, value.toString());
        }
    }
}
