package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.inference.app.PipelineStreams.RunningStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Events per second of a stream whose scoring costs nothing, beside its floor: a bare transactional copy of the same bytes. Run with {@code -Dtest=StreamBenchmark}. */
class StreamBenchmark {
    private static final int EVENTS = 400_000;
    private static final int POLL = 2_000;

    @Test
    void aStreamBesideABareCopy() {
        measure(true);
        for (int run = 1; run <= 3; run++) {
            double copy = measure(false);
            double stream = measure(true);
            System.out.printf(
                    Locale.ROOT,
                    "run %d: bare copy %,.0f events/s, stream %,.0f events/s, ratio %.2f%n",
                    run,
                    copy,
                    stream,
                    stream / copy);
        }
    }

    private static double measure(boolean stream) {
        try (var stage = new Stage()) {
            stage.makeInput(4);
            stage.make(stage.output, 4);
            stage.send(0, EVENTS);
            stage.flush();
            return stream ? stream(stage) : copy(stage);
        }
    }

    /** From the first committed transaction on, so that joining the group does not count. */
    private static double stream(Stage stage) {
        RunningStream stream = stage.start(stage.pipeline(), settings(), new FakeScoring(Duration.ZERO));
        await().atMost(Duration.ofMinutes(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> stage.tally.predictions() > 0);
        long begin = System.nanoTime();
        long first = stage.tally.predictions();
        await().atMost(Duration.ofMinutes(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> stage.tally.predictions() == EVENTS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        stage.stop(stream);
        return (EVENTS - first) / seconds;
    }

    private static double copy(Stage stage) {
        StreamSettings settings = settings();
        Map<String, Object> config = new HashMap<>(settings.consumer(stage.name));
        config.put("auto.offset.reset", "earliest");
        try (var producer = new KafkaProducer<>(
                        settings.producer(stage.name), new ByteArraySerializer(), new ByteArraySerializer());
                var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            producer.initTransactions();
            consumer.subscribe(List.of(stage.input));
            long begin = 0;
            long first = 0;
            long copied = 0;
            while (copied < EVENTS) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                if (records.isEmpty()) {
                    continue;
                }
                producer.beginTransaction();
                var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    producer.send(new ProducerRecord<>(stage.output, record.key(), record.value()));
                    offsets.put(
                            new TopicPartition(record.topic(), record.partition()),
                            new OffsetAndMetadata(record.offset() + 1));
                }
                producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                producer.commitTransaction();
                copied += records.count();
                if (begin == 0) {
                    begin = System.nanoTime();
                    first = copied;
                }
            }
            assertThat(copied).isEqualTo(EVENTS);
            return (EVENTS - first) / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private static StreamSettings settings() {
        return new StreamSettings(
                TestBroker.bootstrapServers(),
                0,
                POLL,
                Duration.ofSeconds(6),
                Duration.ofSeconds(45),
                Duration.ofMinutes(2),
                Duration.ofSeconds(10),
                true,
                1 << 20,
                Duration.ofMillis(200),
                Duration.ofSeconds(5));
    }
}
