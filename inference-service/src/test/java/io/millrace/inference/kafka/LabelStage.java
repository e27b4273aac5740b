package io.millrace.inference.kafka;

import io.millrace.inference.app.label.FoldFeed.Keeping;
import io.millrace.inference.domain.label.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics of predictions and labels of its own on the shared broker, and what comes of them. */
final class LabelStage implements AutoCloseable {
    /** Long ago: nothing is from the future. */
    static final long START = 1_700_000_000_000L;

    final Stage stage = new Stage();
    final String labels = stage.name + "-labels";
    final String topic = stage.name + ".labels";
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", TestBroker.bootstrapServers(), "linger.ms", 2),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    LabelStage() {
        stage.make(stage.output, 2);
        stage.make(topic, 2);
    }

    static LabelSettings settings(String bootstrapServers) {
        return new LabelSettings(
                Stage.settings(bootstrapServers, 0, 100),
                1_000_000,
                Duration.ofHours(1),
                Duration.ofDays(1),
                Duration.ofDays(1),
                new Keeping(100, Duration.ofMillis(200)));
    }

    /** A prediction of key {@code k<number>}, one second after another. */
    void predict(int number) {
        send(stage.output, number % 2, prediction(number, START + number * 1_000L));
    }

    /** Its label, half an hour later: late where the number is odd. */
    void label(int number) {
        label(
                number,
                "{\"id\":\"k" + number + "\",\"at\":" + (START + 1_800_000 + number * 1_000L) + ",\"late\":"
                        + (number % 2 == 1) + "}");
    }

    void label(int number, String json) {
        send(topic, number % 2, json);
    }

    /** Lets time come to when nothing of before waits any more. */
    void end() {
        for (int partition = 0; partition < 2; partition++) {
            long at = START + Duration.ofDays(10).toMillis();
            send(stage.output, partition, prediction(1_000_000 + partition, at));
            send(topic, partition, "{\"id\":\"end" + partition + "\",\"at\":" + at + ",\"late\":true}");
        }
        producer.flush();
    }

    /** So many events that no pipeline has scored. */
    void unscored(int events) {
        stage.make(stage.input, 2);
        for (int i = 0; i < events; i++) {
            send(stage.input, 0, "{}");
        }
    }

    void flush() {
        producer.flush();
    }

    private String prediction(int number, long millis) {
        String at = Instant.ofEpochMilli(millis).toString();
        return """
                {"pipeline":"%s","key":"k%d","entity":{"user":"u%d"},"prediction":0.5,"timestamp":"%s","as_of":"%s",
                 "model":{"name":"m","version":"1","digest":"d"},"request":{"amount":%d},
                 "features":{"values":{"v:a":1.5},"event_times":{},"imputed":[],"hash":"","positions":[]},
                 "source":{"topic":"%s","partition":%d,"offset":%d}}
                """.formatted(stage.name, number, number % 7, at, at, number, stage.input, number % 2, number);
    }

    private void send(String to, int partition, String json) {
        producer.send(new ProducerRecord<>(to, partition, null, json.getBytes(StandardCharsets.UTF_8)));
    }

    /** What stands in the topic of outcomes, committed. */
    List<Outcome> outcomes() {
        var outcomes = new ArrayList<Outcome>();
        for (ConsumerRecord<byte[], byte[]> record : stage.committed(LabelSettings.outcomes(labels))) {
            try {
                outcomes.add(OutcomeJson.read(record.value()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return outcomes;
    }

    @Override
    public void close() {
        producer.close();
        stage.close();
    }
}
