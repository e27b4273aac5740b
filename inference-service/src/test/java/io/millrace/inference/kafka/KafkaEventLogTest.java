package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.backing.Ports;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.telemetry.EventMetrics;
import io.millrace.inference.telemetry.InferenceMetrics;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaEventLogTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.5Z");

    private final Stage stage = new Stage();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void eventsAreCloudEventsThatTheirProjectsSdkReads() {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        try (KafkaEventLog log = log(TestBroker.bootstrapServers(), 100)) {
            var span = SpanContext.create(trace, "b7ad6b7169203331", TraceFlags.getSampled(), TraceState.getDefault());
            try (Scope ignored = Span.wrap(span).makeCurrent()) {
                log.record(ServiceEvent.modelLoaded(
                        stage.name,
                        "3",
                        "ab12",
                        "onnxruntime",
                        4_711,
                        new Signature(List.of(), List.of()),
                        Duration.ofMillis(250)));
            }
            log.record(ServiceEvent.modelRefused(stage.name, "4", "", "the digest is \"wrong\""));
            log.record(ServiceEvent.deploymentChanged(
                    stage.name, "updated", Map.of("arms", List.of(Map.of("version", "3", "weight", 90)))));
            await().atMost(Duration.ofSeconds(20)).until(() -> ours().size() == 3);
        }
        List<ConsumerRecord<byte[], byte[]>> records = ours();
        CloudEvent loaded = of(records, "io.millrace.model.loaded");
        assertThat(loaded.getSpecVersion().toString()).isEqualTo("1.0");
        assertThat(loaded.getSource()).hasToString("/millrace/inference-service/2");
        assertThat(loaded.getSubject()).isEqualTo(stage.name + "/3");
        assertThat(loaded.getTime()).isEqualTo(NOW.atOffset(ZoneOffset.UTC));
        assertThat(loaded.getDataContentType()).isEqualTo("application/json");
        assertThat(loaded.getExtension("traceparent")).isEqualTo("00-" + trace + "-b7ad6b7169203331-01");
        assertThat(ReadCloudEvents.data(loaded)).hasToString("""
                {"model":"%s","version":"3","digest":"ab12","engine":"onnxruntime","bytes":4711,"inputs":[],"outputs":[],"took_ms":250}""".formatted(stage.name));
        CloudEvent refused = of(records, "io.millrace.model.refused");
        assertThat(refused.getId()).isNotEqualTo(loaded.getId());
        assertThat(refused.getExtension("traceparent")).isNull();
        assertThat(ReadCloudEvents.data(refused).path("reason").textValue()).isEqualTo("the digest is \"wrong\"");
        CloudEvent deployed = of(records, "io.millrace.deployment.changed");
        assertThat(ReadCloudEvents.data(deployed).at("/arms/0/weight").intValue())
                .isEqualTo(90);
        assertThat(count(InferenceMetrics.EVENTS_WRITTEN)).isEqualTo(3);
    }

    @Test
    void withoutKafkaNobodyWaitsAndWhatIsLostIsCounted() {
        long began = System.nanoTime();
        try (KafkaEventLog log = log("127.0.0.1:" + Ports.free(), 5)) {
            ServiceEvent event = ServiceEvent.modelRefused("m", "1", "", "broken");
            for (int i = 0; i < 1_000; i++) {
                log.record(event);
            }
            // A caller that waited for Kafka would do so for seconds, a thousand times over.
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(60));
            // What waits, and what the sender holds where it has taken any; the rest is gone.
            assertThat(count(InferenceMetrics.EVENTS_DROPPED)).isBetween(895.0, 995.0);
        }
        // On a machine in use the sender may end after the log was closed.
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(count(InferenceMetrics.EVENTS_DROPPED))
                .isEqualTo(1_000));
        assertThat(count(InferenceMetrics.EVENTS_WRITTEN)).isZero();
    }

    private List<ConsumerRecord<byte[], byte[]>> ours() {
        return stage.committed(KafkaEventLog.TOPIC).stream()
                .filter(record -> new String(record.key(), StandardCharsets.UTF_8).startsWith(stage.name))
                .toList();
    }

    /** Their subjects may lie in different partitions. */
    private static CloudEvent of(List<ConsumerRecord<byte[], byte[]>> records, String type) {
        return records.stream()
                .map(ReadCloudEvents::of)
                .filter(event -> event.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    private KafkaEventLog log(String bootstrapServers, int maxWaiting) {
        return new KafkaEventLog(
                bootstrapServers, KafkaEventLog.TOPIC, 2, maxWaiting, () -> NOW, new EventMetrics(meters));
    }

    private double count(String metric) {
        return meters.counter(metric).count();
    }
}
