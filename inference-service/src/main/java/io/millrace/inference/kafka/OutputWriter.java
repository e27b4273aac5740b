package io.millrace.inference.kafka;

import io.millrace.inference.app.condition.Facts;
import io.millrace.inference.app.condition.PredictionRoutes;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Output.Format;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.kafka.PredictionWriter.Prediction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Makes the records of a prediction: one for each output that takes it, and the alert that it raises. The same prediction gives the same records each time; ids
 * of CloudEvents name the pipeline's input record. Not thread-safe.
 */
final class OutputWriter {
    private final Pipeline pipeline;
    private final PredictionWriter writer;
    private final PredictionRoutes routes;

    OutputWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.writer = new PredictionWriter(pipeline);
        this.routes = new PredictionRoutes(pipeline);
    }

    /** Sets the id of the input topic. */
    void readFrom(String topicId) {
        writer.readFrom(topicId);
    }

    /** The records, in the order of the outputs, the alert last; at least one. */
    List<ProducerRecord<byte[], byte[]>> write(Prediction prediction) {
        var facts = new Facts(
                prediction.event().key(),
                prediction.event().row(),
                prediction.score(),
                prediction.batch(),
                prediction.row());
        var records =
                new ArrayList<ProducerRecord<byte[], byte[]>>(pipeline.outputs().size() + 1);
        byte[] key = prediction.event().key().getBytes(StandardCharsets.UTF_8);
        byte[] plain = null;
        for (Output output : routes.taking(facts)) {
            var headers = headers(prediction);
            byte[] value;
            if (output.format() == Format.CLOUDEVENTS) {
                CloudEventWriter.structured(headers);
                value = writer.structured(event(prediction, "io.millrace.pipeline.prediction"), prediction);
            } else {
                if (output.format() == Format.CLOUDEVENTS_BINARY) {
                    CloudEventWriter.binary(headers, event(prediction, "io.millrace.pipeline.prediction"));
                }
                plain = plain == null ? writer.plain(prediction) : plain;
                value = plain;
            }
            records.add(new ProducerRecord<>(output.topic(), null, null, key, value, headers));
        }
        if (routes.raises(facts)) {
            Alert alert = pipeline.alert().orElseThrow();
            var headers = headers(prediction);
            CloudEventWriter.structured(headers);
            byte[] value = writer.alert(event(prediction, "io.millrace.pipeline.alert"), alert, prediction);
            records.add(new ProducerRecord<>(alert.topic(), null, null, key, value, headers));
        }
        return records;
    }

    private CloudEvent event(Prediction prediction, String type) {
        var source = prediction.source();
        return new CloudEvent(
                pipeline.name() + "/" + source.topic() + "/" + source.partition() + "/" + source.offset(),
                "/millrace/pipelines/" + pipeline.name(),
                type,
                prediction.event().key(),
                Instant.EPOCH.plus(prediction.event().timestampMicros(), ChronoUnit.MICROS),
                prediction.traceparent());
    }

    private static RecordHeaders headers(Prediction prediction) {
        var headers = new RecordHeaders();
        if (!prediction.traceparent().isEmpty()) {
            headers.add("traceparent", prediction.traceparent().getBytes(StandardCharsets.US_ASCII));
        }
        return headers;
    }
}
