package io.millrace.inference.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.inference.app.replay.RecordedPrediction;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.LabelJoin;
import io.millrace.inference.domain.label.LabelTime;
import io.millrace.inference.domain.label.LeftOut;
import io.millrace.inference.domain.label.Outcome.Prediction;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Gives the records of predictions, shadows and labels to a join. Not thread-safe. */
final class JoinInputs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LabelJoin join;
    private final Map<TopicPartition, Long> times = new HashMap<>();
    private final String pipeline;
    private final String scored;
    private final String labelTopic;
    private final LabelDecoder decoder;
    private final long aheadMicros;
    private final LabelJoin.Sink sink;
    private final BiConsumer<ConsumerRecord<byte[], byte[]>, LabelDecoder.Decoded.Faulty> dead;

    /** @param dead takes records of labels that cannot be read */
    JoinInputs(
            LabelParts parts,
            LabelJoin join,
            LabelJoin.Sink sink,
            BiConsumer<ConsumerRecord<byte[], byte[]>, LabelDecoder.Decoded.Faulty> dead) {
        this.join = join;
        this.sink = sink;
        this.dead = dead;
        this.pipeline = parts.pipeline().name();
        this.scored = parts.pipeline().input().topic() + "-";
        this.labelTopic = parts.labels().input().topic();
        this.decoder =
                new LabelDecoder(parts.labels(), parts.settings().streams().maxEventBytes(), parts.schemas());
        Duration ahead = parts.settings().ahead();
        this.aheadMicros = ahead.toMillis() * 1_000;
    }

    /** The latest event time that was read of a partition of predictions or labels. */
    long time(TopicPartition partition) {
        return times.getOrDefault(partition, LabelTime.NEVER);
    }

    /** Of any of the topics. */
    void take(ConsumerRecord<byte[], byte[]> record) {
        if (record.topic().equals(labelTopic)) {
            label(record);
        } else if (record.topic().equals(KafkaShadowLog.TOPIC)) {
            shadow(record);
        } else {
            prediction(record);
        }
    }

    static String partition(ConsumerRecord<?, ?> record) {
        return record.topic() + "-" + record.partition();
    }

    private void label(ConsumerRecord<byte[], byte[]> record) {
        switch (decoder.decode(record.value())) {
            case LabelDecoder.Decoded.Faulty faulty -> {
                dead.accept(record, faulty);
                sink.leftOut(LeftOut.UNDECODABLE);
            }
            case LabelDecoder.Decoded.Label(String group, long micros, double value, String source) -> {
                if (isFromTheFuture(record, micros)) {
                    sink.leftOut(LeftOut.FROM_THE_FUTURE);
                } else {
                    times.merge(new TopicPartition(record.topic(), record.partition()), micros, Math::max);
                    String partition = partition(record);
                    join.labelled(partition, partition + "-" + record.offset(), group, micros, value, source);
                }
            }
        }
    }

    private void prediction(ConsumerRecord<byte[], byte[]> record) {
        RecordedPrediction recorded;
        try {
            if (record.value() == null) {
                throw new IOException("the record has no value");
            }
            recorded = PredictionParser.read(record.value());
        } catch (IOException e) {
            sink.leftOut(LeftOut.NO_PREDICTION);
            return;
        }
        if (!recorded.pipeline().equals(pipeline)) {
            return;
        }
        if (isFromTheFuture(record, recorded.timestampMicros())) {
            sink.leftOut(LeftOut.FROM_THE_FUTURE);
            return;
        }
        var values = new HashMap<String, Object>(recorded.values());
        values.putAll(recorded.request());
        times.merge(new TopicPartition(record.topic(), record.partition()), recorded.timestampMicros(), Math::max);
        join.predicted(
                ReadToEnd.scored(recorded.source().topic(), recorded.source().partition()),
                new Prediction(
                        recorded.source().toString(),
                        recorded.key(),
                        recorded.entity(),
                        recorded.model(),
                        recorded.choice(),
                        "",
                        recorded.prediction(),
                        recorded.timestampMicros(),
                        values));
    }

    /** Of calls there is no prediction in the output topics, and so no label. */
    private void shadow(ConsumerRecord<byte[], byte[]> record) {
        try {
            JsonNode data = record.value() == null
                    ? JSON.missingNode()
                    : JSON.readTree(record.value()).path("data");
            String origin = data.path("origin").asText();
            if (data.path("pipeline").asText().equals(pipeline)
                    && origin.startsWith(scored)
                    && data.path("prediction").isNumber()) {
                join.shadowed(
                        origin,
                        data.path("shadow").asText(),
                        new ModelIdentity(
                                data.path("model").asText(),
                                data.path("version").asText(),
                                data.path("digest").asText("")),
                        data.path("prediction").doubleValue());
            }
        } catch (IOException e) {
            sink.leftOut(LeftOut.NO_PREDICTION);
        }
    }

    private boolean isFromTheFuture(ConsumerRecord<?, ?> record, long micros) {
        return micros > record.timestamp() * 1_000 + aheadMicros;
    }
}
