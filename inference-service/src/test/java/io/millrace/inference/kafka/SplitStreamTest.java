package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.PipelineStreams.RunningStream;
import io.millrace.inference.app.Scoring;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownRoutes;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams whose model a deployment splits: version 1 gives the amount, version 2 gives 1,000,000 more. */
class SplitStreamTest {
    private static final String INPUTS = """
            inputs: [{name: input, type: float32, columns: [{request: amount}]}]
            output: {name: output, column: 0}
            """;

    @TempDir
    Path root;

    private final Stage stage = new Stage(_ -> null);
    private final KnownRoutes routes = new KnownRoutes(KnownRoutes.canary("fake", 25, new Sticky.Request()));
    private Scoring scoring;

    @BeforeEach
    void serve() {
        ModelFiles.publish(root, "fake", "1", OnnxModels.linear(0, 1), INPUTS);
        ModelFiles.publish(root, "fake", "2", OnnxModels.linear(1_000_000, 1), INPUTS);
        var catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
        catalog.refresh();
        scoring = Scorings.of(
                catalog,
                KnownServices.NONE.wanted(),
                new KnownFeatures(),
                routes,
                _ -> {},
                new InferenceMetrics(new SimpleMeterRegistry()));
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void aBatchThatIsSplitStaysInOrderAndExactlyOnceWhileTheDeploymentChanges() {
        stage.makeInput(2);
        stage.send(0, 3_000);
        stage.flush();
        RunningStream stream = stage.start(stage.pipeline(), Stage.settings(0, 100), scoring);
        for (int revision = 2; revision <= 20; revision++) {
            routes.become(KnownRoutes.canary("fake", revision % 2 == 0 ? 75 : 25, new Sticky.Request()), revision);
            stage.send(3_000 + revision * 100, 100);
        }
        stage.flush();
        until(4_900);
        stage.stop(stream);
        stage.assertExactlyOnce();
        Map<Long, Double> amounts = new HashMap<>();
        var arms = new TreeSet<String>();
        for (ConsumerRecord<byte[], byte[]> record : stage.committed(stage.output)) {
            JsonNode event = Stage.json(record);
            String arm = event.at("/deployment/arm").asText();
            arms.add(arm);
            double prediction = event.get("prediction").asDouble();
            boolean isCanary = arm.equals("canary");
            assertThat(prediction >= 1_000_000).as("%s", event).isEqualTo(isCanary);
            assertThat(event.at("/model/version").asText()).isEqualTo(isCanary ? "2" : "1");
            amounts.merge((long) (isCanary ? prediction - 1_000_000 : prediction), 1.0, Double::sum);
        }
        assertThat(arms).containsExactly("canary", "stable");
        assertThat(amounts.values()).as("each amount once").hasSize(4_900).containsOnly(1.0);
    }

    /** The first transaction that holds both arms is given up once, after all was scored; the records come again. */
    @Test
    void aTransactionThatIsRepeatedScoresTheSame() {
        stage.makeInput(1);
        stage.send(0, 400);
        stage.flush();
        Map<Long, String> first = new HashMap<>();
        var failures = new AtomicInteger();
        Scoring once = (pipeline, rows, complete, deadline) -> {
            var batch = scoring.score(pipeline, rows, complete, deadline);
            for (int i = 0; i < rows.size(); i++) {
                long amount = (Long) rows.get(i).fields().getOrDefault("amount", -1L);
                String arm = batch.choice(i).orElseThrow().arm();
                String before = first.putIfAbsent(amount, arm);
                assertThat(before == null || before.equals(arm)).isTrue();
            }
            if (failures.getAndIncrement() == 0) {
                throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "gave up after scoring");
            }
            return batch;
        };
        stage.start(stage.pipeline(), Stage.settings(0, 400), once);
        until(400);
        stage.assertExactlyOnce();
        assertThat(failures.get()).isGreaterThan(1);
        List<ConsumerRecord<byte[], byte[]>> out = stage.committed(stage.output);
        assertThat(out).hasSize(400).allSatisfy(record -> {
            JsonNode event = Stage.json(record);
            long offset = event.at("/source/offset").asLong();
            assertThat(event.at("/deployment/arm").asText()).isEqualTo(first.get(offset));
            assertThat(routes.route().arm(stage.input + "-0-" + offset) == 1 ? "canary" : "stable")
                    .isEqualTo(first.get(offset));
        });
    }

    private void until(int outcomes) {
        await().atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> stage.outcomes() == outcomes);
    }
}
