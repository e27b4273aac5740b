package io.millrace.inference.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.ScoredBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Writes prediction events as docs/architecture.md gives them. Not thread-safe. */
final class PredictionWriter {
    private final JsonFactory json = new JsonFactory();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
    private final Pipeline pipeline;

    PredictionWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    /**
     * One event.
     *
     * @param trace the W3C {@code traceparent} that the prediction continues; empty where there is none
     */
    byte[] write(
            DecodedEvent.Event event,
            RowScore.Scored score,
            ScoredBatch batch,
            ConsumerRecord<?, ?> source,
            String trace) {
        bytes.reset();
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("pipeline", pipeline.name());
            scalars(out, "entity", score.entity());
            out.writeStringField("key", event.key());
            out.writeNumberField("prediction", score.prediction());
            out.writeStringField("timestamp", instant(event.timestampMicros()));
            out.writeStringField("as_of", instant(event.row().asOfMicros()));
            model(out, batch.model());
            features(out, score, batch);
            out.writeObjectFieldStart("source");
            out.writeStringField("topic", source.topic());
            out.writeNumberField("partition", source.partition());
            out.writeNumberField("offset", source.offset());
            out.writeEndObject();
            if (!trace.isEmpty()) {
                out.writeStringField("trace", trace);
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void model(JsonGenerator out, ScoredBatch.ModelIdentity model) throws IOException {
        out.writeObjectFieldStart("model");
        out.writeStringField("name", model.name());
        out.writeStringField("version", model.version());
        out.writeStringField("digest", model.digest());
        out.writeEndObject();
    }

    private static void features(JsonGenerator out, RowScore.Scored score, ScoredBatch batch) throws IOException {
        out.writeObjectFieldStart("features");
        if (batch.service().isPresent()) {
            out.writeStringField("service", batch.service().get());
        }
        scalars(out, "values", score.features());
        out.writeObjectFieldStart("event_times");
        for (Map.Entry<String, Long> eventTime : score.eventTimeMicros().entrySet()) {
            out.writeStringField(eventTime.getKey(), instant(eventTime.getValue()));
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

    private static String instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
