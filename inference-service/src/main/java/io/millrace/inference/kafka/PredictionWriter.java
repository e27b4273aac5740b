package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

    private final JsonFactory json = new JsonFactory();
    private final InstantTexts instants = new InstantTexts();
    private final JsonBytes out = new JsonBytes();
    private final Pipeline pipeline;
    private final byte[] head;
    private String inputId = "";

    /** Model versions as they are written. */
    private final Map<ModelIdentity, byte[]> models = new HashMap<>();

    /** The batch that was written of last, whose positions stand in each of its predictions. */
    private @Nullable ScoredBatch batch;

    private byte[] positions = {};

    PredictionWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.head = new JsonBytes()
                .name("pipeline")
                .text(pipeline.name())
                .name("definition")
                .text(pipeline.digest())
                .toBytes();
    }

    /** Sets the id of the input topic. */
    void readFrom(String topicId) {
        inputId = topicId;
    }

    /** The event as a JSON object. */
    byte[] plain(Prediction prediction) {
        out.reset();
        data(prediction);
        return out.toBytes();
    }

    /** The event as the data of a structured CloudEvent. */
    byte[] structured(CloudEvent event, Prediction prediction) {
        return enveloped(event, plain(prediction));
    }

    /** An alert as a structured CloudEvent: why it was raised, and what it is about. */
    byte[] alert(CloudEvent event, Alert alert, Prediction prediction) {
        out.reset();
        out.beginObject();
        out.name("pipeline").text(pipeline.name());
        out.name("severity").text(alert.severity().name().toLowerCase(Locale.ROOT));
        if (!alert.description().isEmpty()) {
            out.name("description").text(alert.description());
        }
        out.name("when").text(alert.when());
        scalars("entity", prediction.score().entity());
        out.name("key").text(prediction.event().key());
        out.name("prediction").number(prediction.score().prediction());
        out.name("timestamp").text(instants.of(prediction.event().timestampMicros()));
        model(prediction.batch().model(prediction.row()));
        source(prediction.source());
        out.endObject();
        return enveloped(event, out.toBytes());
    }

    private byte[] enveloped(CloudEvent event, byte[] data) {
        var whole = new ByteArrayOutputStream(data.length + 512);
        try (JsonGenerator envelope = json.createGenerator(whole)) {
            CloudEventWriter.structured(
                    envelope, event, value -> value.writeRawValue(new String(data, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return whole.toByteArray();
    }

    private void data(Prediction prediction) {
        out.beginObject().written(head);
        scalars("entity", prediction.score().entity());
        out.name("key").text(prediction.event().key());
        out.name("prediction").number(prediction.score().prediction());
        out.name("timestamp").text(instants.of(prediction.event().timestampMicros()));
        out.name("as_of").text(instants.of(prediction.event().row().asOfMicros()));
        model(prediction.batch().model(prediction.row()));
        prediction.batch().choice(prediction.row()).ifPresent(this::deployment);
        features(prediction.score(), prediction.batch());
        source(prediction.source());
        if (!prediction.traceparent().isEmpty()) {
            out.name("trace").text(prediction.traceparent());
        }
        out.endObject();
    }

    private void source(ConsumerRecord<?, ?> source) {
        out.name("source").beginObject();
        out.name("topic").text(source.topic());
        if (!inputId.isEmpty()) {
            out.name("topic_id").text(inputId);
        }
        out.name("partition").number((long) source.partition());
        out.name("offset").number(source.offset()).endObject();
    }

    private void model(ModelIdentity identity) {
        byte[] members = models.get(identity);
        if (members == null) {
            if (models.size() == MOST_MODELS) {
                models.clear();
            }
            members = members(identity);
            models.put(identity, members);
        }
        out.name("model").beginObject().written(members).endObject();
    }

    private static byte[] members(ModelIdentity identity) {
        var members = new JsonBytes();
        members.name("name").text(identity.name());
        members.name("version").text(identity.version());
        members.name("digest").text(identity.digest());
        if (!identity.engine().isEmpty()) {
            members.name("engine").text(identity.engine());
        }
        if (!identity.steps().isEmpty()) {
            members.name("steps").beginArray();
            for (ScoredBatch.Step step : identity.steps()) {
                members.beginObject();
                members.name("step").text(step.name());
                members.name("name").text(step.model());
                members.name("version").text(step.version());
                members.name("digest").text(step.digest()).endObject();
            }
            members.endArray();
        }
        return members.toBytes();
    }

    private void deployment(Choice choice) {
        out.name("deployment").beginObject();
        out.name("name").text(choice.deployment());
        out.name("revision").number((long) choice.revision());
        out.name("arm").text(choice.arm());
        out.name("share").number(choice.share()).endObject();
    }

    private void features(RowScore.Scored score, ScoredBatch of) {
        out.name("features").beginObject();
        if (of.service().isPresent()) {
            out.name("service").text(of.service().get());
        }
        scalars("values", score.features());
        out.name("event_times").beginObject();
        for (Map.Entry<String, Long> eventTime : score.eventTimeMicros().entrySet()) {
            out.name(eventTime.getKey()).text(instants.of(eventTime.getValue()));
        }
        out.endObject();
        out.name("imputed").beginArray();
        score.imputed().forEach(out::text);
        out.endArray();
        out.name("complete").flag(of.complete());
        out.name("hash").text(score.vectorHash());
        if (!score.vector().isEmpty()) {
            vector(score.vector());
        }
        out.name("positions").beginArray().written(positions(of)).endArray();
        out.endObject();
    }

    /** In the form of the Open Inference Protocol's inputs, so that the model can be called with it. A float is written as the double that equals it. */
    private void vector(List<RowScore.InputRow> vector) {
        out.name("vector").beginArray();
        for (RowScore.InputRow input : vector) {
            out.beginObject();
            out.name("name").text(input.name());
            out.name("datatype").text(input.datatype().name());
            out.name("shape").beginArray();
            out.number(1L).number((long) input.values().size()).endArray();
            out.name("data").beginArray();
            for (Number value : input.values()) {
                switch (value) {
                    case Long whole -> out.number(whole);
                    default -> out.number(value.doubleValue());
                }
            }
            out.endArray().endObject();
        }
        out.endArray();
    }

    private byte[] positions(ScoredBatch of) {
        if (of != batch) {
            var written = new JsonBytes();
            for (ScoredBatch.FeaturePosition position : of.positions()) {
                written.beginObject();
                written.name("view").text(position.view());
                written.name("topic").text(position.topic());
                written.name("topic_id").text(position.topicId());
                written.name("partition").number((long) position.partition());
                written.name("offset").number(position.offset());
                if (!position.definition().isEmpty()) {
                    written.name("definition").text(position.definition());
                }
                written.endObject();
            }
            positions = written.toBytes();
            batch = of;
        }
        return positions;
    }

    private void scalars(String name, Map<String, Object> values) {
        out.name(name).beginObject();
        for (Map.Entry<String, Object> entry : values.entrySet()) {
            out.name(entry.getKey());
            switch (entry.getValue()) {
                case Long number -> out.number(number.longValue());
                case Double number -> out.number(number.doubleValue());
                case Boolean flag -> out.flag(flag);
                default -> out.text(entry.getValue().toString());
            }
        }
        out.endObject();
    }
}
