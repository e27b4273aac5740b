package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.backing.Ports;
import io.millrace.inference.app.payload.LoggedCall;
import io.millrace.inference.app.payload.PayloadMeter;
import io.millrace.inference.app.payload.PayloadSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

class PayloadTopicTest {
    private static final Instant TIME = Instant.parse("2026-03-01T23:59:59.123Z");

    private final AtomicLong logged = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();
    private final PayloadMeter meter = new PayloadMeter() {
        @Override
        public void logged(PayloadSink.Kind sink) {
            logged.incrementAndGet();
        }

        @Override
        public void dropped(Dropped why, long calls) {
            assertThat(why).isEqualTo(Dropped.TOPIC);
            dropped.addAndGet(calls);
        }

        @Override
        public void stopped(boolean isStopped) {}
    };

    private static LoggedCall call(String id, String request) {
        return new LoggedCall(id, TIME, "pipeline", "p", "m", "1", "abc", "OK", 7, request, "{\"predictions\":[]}");
    }

    @Test
    void aCallIsOneCloudEventWithRequestAndResponse() throws Exception {
        String id = UUID.randomUUID().toString();
        try (var topic = new PayloadTopic(TestBroker.bootstrapServers(), 3, meter)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                topic.write(call(id, "{\"rows\":[{\"fields\":{\"x\":2.5}}]}"));
                return logged.get() > 0;
            });
        }

        ConsumerRecord<String, String> record = read(id);
        assertThat(record.key()).isEqualTo("p");
        assertThat(record.timestamp()).isEqualTo(TIME.toEpochMilli());
        assertThat(record.headers().lastHeader("content-type").value())
                .asString(StandardCharsets.UTF_8)
                .startsWith("application/cloudevents+json");
        JsonNode event = new ObjectMapper().readTree(record.value());
        assertThat(event.path("type").asText()).isEqualTo("io.millrace.inference.payload");
        assertThat(event.path("source").asText()).isEqualTo("/millrace/inference-service/3");
        assertThat(event.path("subject").asText()).isEqualTo("p");
        assertThat(event.path("data").toString())
                .isEqualTo("{\"id\":\"" + id + "\",\"pipeline\":\"p\",\"model_name\":\"m\",\"model_version\":\"1\","
                        + "\"model_digest\":\"abc\",\"status\":\"OK\",\"duration_us\":7,"
                        + "\"request\":{\"rows\":[{\"fields\":{\"x\":2.5}}]},\"response\":{\"predictions\":[]}}");
    }

    private static ConsumerRecord<String, String> read(String id) {
        var found = new ArrayList<ConsumerRecord<String, String>>();
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                TestBroker.bootstrapServers(),
                "group.id",
                id,
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest");
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(PayloadTopic.TOPIC));
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.value().contains(id)) {
                        found.add(record);
                    }
                });
                return !found.isEmpty();
            });
        }
        return found.getFirst();
    }

    @Test
    void withoutABrokerCallsAreDroppedAtOnceAndCounted() throws Exception {
        try (var topic = new PayloadTopic("127.0.0.1:" + Ports.free(), 0, meter)) {
            long begin = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                topic.write(call("a", "{}"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        }

        assertThat(dropped).hasValue(1_000);
        assertThat(logged).hasValue(0);
    }

    @Test
    void aCallThatTheBrokerRefusesIsDropped() throws Exception {
        try (var topic = new PayloadTopic(TestBroker.bootstrapServers(), 0, meter)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                topic.write(call("small", "{}"));
                return logged.get() > 0;
            });
            long before = dropped.get();
            topic.write(call("large", "{\"rows\":\"" + "x".repeat(2 << 20) + "\"}"));

            await().atMost(Duration.ofSeconds(30)).until(() -> dropped.get() == before + 1);
        }
    }
}
