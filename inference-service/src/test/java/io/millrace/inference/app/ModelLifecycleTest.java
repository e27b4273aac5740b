package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.store.ModelFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a version goes through before it serves, and when it goes. Model {@code n} answers {@code x + bias}. */
class ModelLifecycleTest {
    private static final Deadline SOON = new Deadline(Duration.ofMinutes(1));

    @TempDir
    Path root;

    private final List<ServiceEvent> events = new CopyOnWriteArrayList<>();
    private ModelCatalog catalog;

    @BeforeEach
    void open() {
        catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new Engines(Optional.empty()), events::add);
    }

    @Test
    void aVersionServesWhenItAnswersItsGoldenRequests() {
        publish("1", 3, golden(5, 8, 1e-6));
        catalog.refresh();
        assertThat(catalog.list()).extracting(ModelCatalog.Listing::state).containsExactly(ModelState.SERVING);
    }

    @Test
    void aVersionThatAnswersOtherwiseIsRefusedWithWhatItWasAskedAndTheOldOneGoesOn() {
        publish("1", 3, golden(5, 8, 1e-6));
        publish("2", 4, golden(5, 8, 1e-6));
        catalog.refresh();
        assertThat(catalog.list())
                .extracting(ModelCatalog.Listing::version, ModelCatalog.Listing::state, ModelCatalog.Listing::reason)
                .containsExactly(
                        tuple("1", ModelState.SERVING, ""),
                        tuple(
                                "2",
                                ModelState.REFUSED,
                                "GOLDEN_MISMATCH: golden request 'five': output 'output' element [0, 0] is 9.0, expected 8.0 ± 1.0E-6"));
        assertThat(ask(2)).isEqualTo(5);
    }

    @Test
    void everyLoadRefusalAndLettingGoIsToldOnce() {
        publish("1", 3);
        publish("2", 4, golden(5, 8, 0));
        catalog.refresh();
        catalog.refresh();
        publish("1", 5);
        catalog.refresh();
        catalog.unload("n");
        assertThat(events)
                .extracting(ServiceEvent::type, ServiceEvent::subject)
                .containsExactly(
                        tuple("io.millrace.model.refused", "n/2"),
                        tuple("io.millrace.model.loaded", "n/1"),
                        tuple("io.millrace.model.loaded", "n/1"),
                        tuple("io.millrace.model.unloaded", "n/1"),
                        tuple("io.millrace.model.unloaded", "n/1"));
        assertThat(events.get(0).data().get("reason")).asString().startsWith("GOLDEN_MISMATCH");
        assertThat(events.get(1).data())
                .containsEntry("engine", "onnxruntime")
                .containsEntry("digest", events.get(3).data().get("digest"))
                .containsEntry(
                        "inputs", List.of(Map.of("name", "input", "datatype", "FP32", "shape", List.of(-1L, 1L))));
        assertThat(events.get(3).data()).containsEntry("reason", "replaced");
        assertThat(events.get(4).data()).containsEntry("reason", "unloaded");
    }

    @Test
    void theToleranceGrowsWithWhatIsExpectedAndIsInclusive() {
        publish("1", 3, golden(997, 1001, 1e-3));
        publish("2", 3, golden(997, 1001.01, 1e-3));
        catalog.refresh();
        assertThat(catalog.list())
                .extracting(ModelCatalog.Listing::state)
                .containsExactly(ModelState.SERVING, ModelState.REFUSED);
    }

    @Test
    void goldenRequestsThatTheModelDoesNotTakeAreRefused() {
        publish("1", 3, golden(5, 8, 0).replace("\"input\"", "\"x\""));
        publish("2", 3, golden(5, 8, 0).replace("\"output\"", "\"y\""));
        publish("3", 3, golden(5, 8, 0).replace("FP32", "FP64"));
        catalog.refresh();
        assertThat(catalog.list())
                .extracting(ModelCatalog.Listing::reason)
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("INVALID_GOLDEN", "has input 'x'"),
                        reason -> assertThat(reason).contains("INVALID_GOLDEN", "expects output 'y'"),
                        reason -> assertThat(reason).contains("INVALID_GOLDEN", "FP64 [2, 1]"));
    }

    @Test
    void goldenRequestsThatAreAddedLaterAreAskedOfWhatServes() {
        byte[] model = OnnxModels.linear(3, 1).toByteArray();
        ModelFiles.publish(root, "n", "1", model, "");
        catalog.refresh();
        ModelFiles.publish(root, "n", "1", model, "", golden(5, 9, 0));
        catalog.refresh();
        assertThat(catalog.list().getFirst().state()).isEqualTo(ModelState.SERVING);
        assertThat(catalog.list().getFirst().reason()).contains("GOLDEN_MISMATCH");
        ModelFiles.publish(root, "n", "1", model, "", golden(5, 8, 0));
        catalog.refresh();
        assertThat(catalog.list().getFirst().reason()).isEmpty();
    }

    @Test
    void theLatestVersionsServeAndOneThatIsRefusedTakesNobodysPlace() throws IOException {
        policy("{latest: 2}");
        publish("1", 1);
        publish("2", 2);
        publish("3", 3);
        catalog.refresh();
        assertThat(states()).containsExactly("1 WITHHELD", "2 AVAILABLE", "3 SERVING");

        publish("4", 4, golden(5, 0, 0));
        catalog.refresh();
        assertThat(states()).containsExactly("1 WITHHELD", "2 AVAILABLE", "3 SERVING", "4 REFUSED");

        publish("4", 4);
        catalog.refresh();
        assertThat(states()).containsExactly("1 WITHHELD", "2 WITHHELD", "3 AVAILABLE", "4 SERVING");
        assertThat(catalog.list().getFirst().reason()).isEqualTo("the version policy leaves it out: latest 2");

        ModelFiles.delete(root.resolve("n/4"));
        catalog.refresh();
        assertThat(states()).containsExactly("1 WITHHELD", "2 AVAILABLE", "3 SERVING");
    }

    @Test
    void onlyListedVersionsServe() throws IOException {
        publish("1", 1);
        publish("2", 2);
        catalog.refresh();
        assertThat(ask(1)).isEqualTo(3);
        policy("[\"1\"]");
        catalog.refresh();
        assertThat(states()).containsExactly("1 SERVING", "2 WITHHELD");
        assertThat(ask(1)).isEqualTo(2);
        policy("all");
        catalog.refresh();
        assertThat(states()).containsExactly("1 AVAILABLE", "2 SERVING");
    }

    @Test
    void whileAPolicyIsWrongTheOneBeforeHolds() throws IOException {
        publish("1", 1);
        publish("2", 2);
        policy("[\"1\"]");
        catalog.refresh();
        policy("{latest: -1}");
        catalog.refresh();
        assertThat(states()).containsExactly("1 SERVING", "2 WITHHELD");
    }

    @Test
    void whereNoPolicyWasEverRightNothingNewServes() throws IOException {
        publish("1", 1);
        policy("newest");
        catalog.refresh();
        assertThat(states()).containsExactly("1 REFUSED");
        assertThat(catalog.list().getFirst().reason()).contains("INVALID_POLICY", "n/policy.yaml:2");
        Files.delete(root.resolve("n/policy.yaml"));
        catalog.refresh();
        assertThat(states()).containsExactly("1 SERVING");
    }

    @Test
    void noCallFailsAndNoneIsAnsweredByTwoVersionsWhileVersionsComeAndGoUnderLoad() throws Exception {
        policy("{latest: 1}");
        publish("1", 1);
        catalog.refresh();
        var running = new AtomicBoolean(true);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var callers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 4; i++) {
                callers.add(threads.submit(() -> call(running, seen)));
            }
            for (int version = 2; version < 40; version++) {
                boolean bad = version % 5 == 0;
                publish("" + version, version, golden(5, bad ? 0 : 5 + version, 0));
                catalog.refresh();
                if (!bad) {
                    for (int old = 1; old < version; old++) {
                        Path folder = root.resolve("n/" + old);
                        if (Files.exists(folder)) {
                            ModelFiles.delete(folder);
                        }
                    }
                    catalog.refresh();
                    assertThat(states()).containsExactly(version + " SERVING");
                }
            }
            running.set(false);
            for (Future<Integer> caller : callers) {
                assertThat(caller.get()).isPositive();
            }
        }
        assertThat(seen).hasSizeGreaterThan(5);
    }

    /** Asks until told to stop; the version that an answer names must be the one that gave it. */
    private int call(AtomicBoolean running, Set<String> seen) {
        int calls = 0;
        while (running.get()) {
            try (ModelUse model = catalog.use("n", Optional.empty())) {
                String version = model.identity().version();
                Tensor output =
                        model.infer(List.of(input(7, 8)), 2, SOON).outputs().getFirst();
                assertThat(output.number(0)).isEqualTo(7.0 + Integer.parseInt(version));
                assertThat(output.number(1)).isEqualTo(8.0 + Integer.parseInt(version));
                seen.add(version);
            }
            calls++;
        }
        return calls;
    }

    private double ask(float x) {
        try (ModelUse model = catalog.use("n", Optional.empty())) {
            return model.infer(List.of(input(x)), 1, SOON)
                    .outputs()
                    .getFirst()
                    .number(0)
                    .doubleValue();
        }
    }

    private static Tensor input(float... values) {
        ByteBuffer data = ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return new Tensor("input", Datatype.FP32, List.of((long) values.length, 1L), data.flip());
    }

    private List<String> states() {
        return catalog.list().stream()
                .map(listing -> listing.version() + " " + listing.state())
                .toList();
    }

    private void publish(String version, double bias) {
        ModelFiles.publish(root, "n", version, OnnxModels.linear(bias, 1), "");
    }

    private void publish(String version, double bias, String golden) {
        ModelFiles.publish(root, "n", version, OnnxModels.linear(bias, 1).toByteArray(), "", golden);
    }

    private void policy(String versions) throws IOException {
        Path file = Files.createDirectories(root.resolve("n")).resolve("policy.yaml");
        Files.deleteIfExists(file);
        Files.writeString(file, "kind: ModelPolicy\nversions: " + versions + "\n");
    }

    /** One request of two equal rows. */
    private static String golden(double x, double answer, double tolerance) {
        return """
                {"tolerance": %s, "requests": [{"id": "five",
                  "request": {"inputs": [{"name": "input", "datatype": "FP32", "shape": [2, 1], "data": [%s, %s]}]},
                  "response": {"outputs": [{"name": "output", "datatype": "FP32", "shape": [2, 1], "data": [%s, %s]}]}}]}
                """.formatted(tolerance, x, x, answer, answer);
    }
}
