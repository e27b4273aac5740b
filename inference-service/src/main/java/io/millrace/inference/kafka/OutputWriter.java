package io.millrace.inference.kafka;

import io.millrace.inference.app.condition.ConditionNames;
import io.millrace.inference.app.condition.Facts;
import io.millrace.inference.app.condition.PredictionCondition;
import io.millrace.inference.app.condition.PredictionConditions;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.CloudEvent;
import io.millrace.inference.domain.Output;
import io.millrace.inference.domain.Output.Format;
import io.millrace.inference.domain.Output.Route;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.kafka.PredictionWriter.Prediction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Makes the records of a prediction: one for each output that takes it, and the alert that it raises. The same prediction gives the same records each time; ids
 * of CloudEvents name the pipeline's input record. Not thread-safe.
 */
final class OutputWriter {
    private final Pipeline pipeline;
    private final PredictionWriter writer;
    private final List<Compiled> outputs = new ArrayList<>();
    private final @Nullable PredictionCondition raises;

    private record Compiled(Output output, @Nullable PredictionCondition condition) {}

    OutputWriter(Pipeline pipeline) {
        this.pipeline = pipeline;
        this.writer = new PredictionWriter(pipeline);
        ConditionNames names = ConditionNames.of(pipeline.entity().keySet(), pipeline.request());
        for (Output output : pipeline.outputs()) {
            outputs.add(new Compiled(
                    output,
                    output.condition()
                            .map(condition -> PredictionConditions.compiled(condition, names))
                            .orElse(null)));
        }
        this.raises = pipeline.alert()
                .map(alert -> PredictionConditions.compiled(alert.when(), names))
                .orElse(null);
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
        var records = new ArrayList<ProducerRecord<byte[], byte[]>>(outputs.size() + (raises == null ? 0 : 1));
        byte[] key = prediction.event().key().getBytes(StandardCharsets.UTF_8);
        byte[] plain = null;
        for (Output output : taking(facts)) {
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
        if (raises != null && raises.isMetBy(facts)) {
            Alert alert = pipeline.alert().orElseThrow();
            var headers = headers(prediction);
            CloudEventWriter.structured(headers);
            byte[] value = writer.alert(event(prediction, "io.millrace.pipeline.alert"), alert, prediction);
            records.add(new ProducerRecord<>(alert.topic(), null, null, key, value, headers));
        }
        return records;
    }

    private List<Output> taking(Facts facts) {
        if (outputs.size() == 1) {
            return pipeline.outputs();
        }
        var taking = new ArrayList<Output>(outputs.size());
        boolean routed = false;
        for (Compiled compiled : outputs) {
            if (compiled.condition() != null && compiled.condition().isMetBy(facts)) {
                routed = true;
                taking.add(compiled.output());
            } else if (compiled.output().route() instanceof Route.Every) {
                taking.add(compiled.output());
            }
        }
        if (!routed) {
            outputs.stream()
                    .map(Compiled::output)
                    .filter(output -> output.route() instanceof Route.Otherwise)
                    .forEach(taking::add);
        }
        return taking;
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
