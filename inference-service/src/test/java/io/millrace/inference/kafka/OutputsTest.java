package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.cloudevents.CloudEvent;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.format.SchemaRegistryUnavailableException;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.StreamTelemetry;
import io.millrace.inference.domain.Pipeline;
import io.opentelemetry.api.OpenTelemetry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where predictions go and what pipelines read, on a real broker. */
class OutputsTest {
    private final Stage stage = new Stage();
    private final FakeScoring scoring = new FakeScoring(Duration.ZERO);

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void eachPredictionGoesToEveryOutputThatTakesItAndRaisesItsAlertOnce() {
        stage.makeInput(2);
        stage.send(0, 100);
        stage.raw("k", "no event");
        stage.flush();
        stage.start(Stage.pipeline(routed()), Stage.settings(0, 30), scoring);
        until(() -> stage.outcomes() == 101);

        // A prediction is twice the amount.
        List<JsonNode> all = events(stage.output).stream().map(Stage::json).toList();
        assertThat(all).hasSize(100);
        List<CloudEvent> high =
                events(stage.name + ".high").stream().map(ReadCloudEvents::of).toList();
        assertThat(amounts(high.stream().map(ReadCloudEvents::data).toList()))
                .containsExactlyInAnyOrderElementsOf(amounts(50, 100));
        assertThat(amounts(events(stage.name + ".low").stream()
                        .map(ReadCloudEvents::of)
                        .map(ReadCloudEvents::data)
                        .toList()))
                .containsExactlyInAnyOrderElementsOf(amounts(0, 50));
        stage.assertExactlyOnce();
        for (String topic : List.of(stage.output, stage.name + ".high", stage.name + ".low", stage.name + ".alerts")) {
            assertOrderOfKeys(topic);
        }

        CloudEvent prediction = high.getFirst();
        JsonNode data = ReadCloudEvents.data(prediction);
        assertThat(prediction.getType()).isEqualTo("io.millrace.pipeline.prediction");
        assertThat(prediction.getSource()).hasToString("/millrace/pipelines/" + stage.name);
        assertThat(prediction.getId()).isEqualTo(id(data));
        assertThat(prediction.getSubject()).isEqualTo(data.path("key").textValue());
        assertThat(prediction.getTime()).isEqualTo("2023-11-14T22:13:20Z");

        List<CloudEvent> alerts =
                events(stage.name + ".alerts").stream().map(ReadCloudEvents::of).toList();
        assertThat(alerts).hasSize(10);
        CloudEvent alert = alerts.getFirst();
        JsonNode raised = ReadCloudEvents.data(alert);
        assertThat(alert.getType()).isEqualTo("io.millrace.pipeline.alert");
        assertThat(alert.getId()).isEqualTo(id(raised));
        assertThat(alerts.stream().map(CloudEvent::getId)).doesNotHaveDuplicates();
        assertThat(raised.path("severity").textValue()).isEqualTo("critical");
        assertThat(raised.path("description").textValue()).isEqualTo("Very high");
        assertThat(raised.path("prediction").doubleValue()).isGreaterThanOrEqualTo(180);
        assertThat(raised.path("model").path("version").textValue()).isEqualTo("1");
    }

    @Test
    void nothingOfATransactionThatWasNotCommittedIsSeenInAnyOutput() {
        stage.makeInput(1);
        stage.send(90, 5);
        // Scoring fails on this one while nothing else can be said against it: its whole batch is scored again, in
        // halves.
        stage.event("e1", -2);
        stage.send(95, 5);
        stage.flush();
        scoring.available = false;
        RunningStream stream = stage.start(Stage.pipeline(routed()), Stage.settings(0, 100), scoring);
        until(() -> stream.status().stalled());
        assertThat(events(stage.name + ".alerts")).isEmpty();
        assertThat(events(stage.output)).isEmpty();
        scoring.available = true;
        until(() -> stage.outcomes() == 11);

        assertThat(events(stage.name + ".alerts")).hasSize(10);
        assertThat(events(stage.name + ".high")).hasSize(10);
        assertThat(events(stage.name + ".low")).isEmpty();
        stage.assertExactlyOnce();
    }

    @Test
    void whoeverIsFencedInTheMiddleLeavesNothingTwiceAndNothingOut() {
        stage.makeInput(2);
        stage.send(0, 5_000);
        stage.flush();
        Pipeline pipeline = Stage.pipeline(routed());
        var slow = new FakeScoring(Duration.ofMillis(20));
        for (int taker = 0; taker < 4; taker++) {
            int seen = stage.outcomes();
            // Each is the same replica again, so that it ends the transaction that the one before has open.
            stage.start(pipeline, Stage.settings(0, 50), slow);
            until(() -> stage.outcomes() > seen || stage.outcomes() == 5_000);
        }
        until(() -> stage.outcomes() == 5_000);

        stage.assertExactlyOnce();
        List<String> ids = new ArrayList<>();
        for (String topic : List.of(stage.name + ".high", stage.name + ".low")) {
            events(topic).forEach(record -> ids.add(ReadCloudEvents.of(record).getId()));
        }
        assertThat(ids).doesNotHaveDuplicates().hasSize(5_000);
        assertThat(events(stage.name + ".alerts").stream()
                        .map(record -> ReadCloudEvents.of(record).getId()))
                .doesNotHaveDuplicates()
                .hasSize(4_910);
    }

    @Test
    void avroIsReadBySchemasOfARegistryAndWaitsForIt() {
        stage.makeInput(1);
        stage.bytes(Clicks.framed(7, Clicks.avro("a", 21)));
        stage.bytes(Clicks.framed(9, Clicks.avro("a", 22)));
        stage.bytes(Clicks.avro("a", 23));
        stage.bytes(Clicks.framed(7, Clicks.avro("b", 24)));
        stage.flush();
        var away = new AtomicBoolean(true);
        SchemaRegistry registry = id -> {
            if (away.get()) {
                throw new SchemaRegistryUnavailableException("the registry is away", null);
            }
            return id == 7
                    ? Optional.of(new SchemaRegistry.Registered("AVRO", Clicks.AVRO, List.of()))
                    : Optional.empty();
        };
        Pipeline pipeline = SchemaFieldsTest.pipeline(stage.name, stage.input, stage.output, "avro", "registry");
        RunningStream stream = start(pipeline, registry);
        until(() -> stream.status().reason().contains("the registry is away"));
        assertThat(stage.outcomes()).isZero();
        away.set(false);
        until(() -> stage.outcomes() == 4);

        stage.assertExactlyOnce();
        assertThat(amounts(events(stage.output).stream().map(Stage::json).toList()))
                .containsExactly(21L, 24L);
        assertThat(events(stage.deadLetters).stream().map(record -> Stage.header(record, "millrace.detail")))
                .anyMatch(detail -> detail.startsWith("UNKNOWN_SCHEMA"))
                .anyMatch(detail -> detail.startsWith("NOT_FRAMED"))
                .hasSize(2);
        stage.stop(stream);
    }

    @Test
    void protobufIsReadByTheSchemaThatCameWithTheDefinition() {
        stage.makeInput(1);
        stage.bytes(Clicks.protobuf("a", 21));
        stage.bytes("{}".getBytes(StandardCharsets.UTF_8));
        stage.flush();
        Pipeline pipeline = SchemaFieldsTest.pipeline(stage.name, stage.input, stage.output, "protobuf", "none");
        stage.start(pipeline, Stage.settings(0, 10), scoring);
        until(() -> stage.outcomes() == 2);

        stage.assertExactlyOnce();
        JsonNode event = Stage.json(events(stage.output).getFirst());
        assertThat(event.path("key").textValue()).isEqualTo("a");
        assertThat(event.path("timestamp").textValue()).isEqualTo("2023-11-14T22:13:20.123Z");
    }

    private String routed() {
        return stage.yaml("").replace("output: {topic: " + stage.output + "}", """
                outputs:
                  - {topic: %1$s.high, when: "prediction >= 100.0", format: cloudevents, mode: binary}
                  - {topic: %2$s}
                  - {topic: %1$s.low, otherwise: true, format: cloudevents}
                alert: {when: "request.amount >= 90", topic: %1$s.alerts, severity: critical, description: Very high}
                """.formatted(stage.name, stage.output));
    }

    private RunningStream start(Pipeline pipeline, SchemaRegistry registry) {
        var parts = new StreamParts(
                pipeline,
                Stage.settings(0, 10),
                scoring,
                stage.tally,
                StreamTelemetry.NONE,
                OpenTelemetry.noop(),
                Clock.systemUTC(),
                null,
                Optional.of(registry));
        return StreamLoop.start(parts, null);
    }

    private List<ConsumerRecord<byte[], byte[]>> events(String topic) {
        return stage.committed(topic);
    }

    /** In each topic, the events of a key are in the order of their inputs. */
    private void assertOrderOfKeys(String topic) {
        Map<String, Long> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : events(topic)) {
            JsonNode value =
                    topic.equals(stage.output) ? Stage.json(record) : ReadCloudEvents.data(ReadCloudEvents.of(record));
            long offset = value.at("/source/offset").longValue();
            Long before =
                    last.put(new String(record.key(), StandardCharsets.UTF_8) + value.at("/source/partition"), offset);
            assertThat(before == null || before < offset).as(topic).isTrue();
        }
    }

    private String id(JsonNode data) {
        JsonNode source = data.path("source");
        return stage.name + "/" + stage.input + "/" + source.path("partition").asInt() + "/"
                + source.path("offset").asLong();
    }

    private static List<Long> amounts(List<JsonNode> predictions) {
        var amounts = new ArrayList<Long>();
        predictions.forEach(
                each -> amounts.add(Math.round(each.path("prediction").doubleValue() / 2)));
        return amounts;
    }

    private static List<Long> amounts(long from, long to) {
        var amounts = new ArrayList<Long>();
        for (long amount = from; amount < to; amount++) {
            amounts.add(amount);
        }
        return amounts;
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(40)).until(condition::getAsBoolean);
    }
}
