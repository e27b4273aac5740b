package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.VersionPolicy;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelCatalogTest {
    private static final Pipeline NEWEST = Pipelines.of(Missing.IMPUTE);
    private static final Pipeline PINNED =
            Pipelines.of(Missing.IMPUTE, Optional.of("1"), List.of("v:a"), Map.of("x", FieldType.DOUBLE));

    @TempDir
    Path root;

    @Test
    void theNewestVersionServesAndOlderOnesStayAvailableToThoseWhoNameThem() {
        publish("9", 1);
        publish("10", 2);
        ModelCatalog catalog = catalog();
        catalog.refresh();
        assertThat(catalog.list())
                .extracting(ModelCatalog.Listing::version, ModelCatalog.Listing::state)
                .containsExactly(tuple("9", ModelState.AVAILABLE), tuple("10", ModelState.SERVING));
        assertThat(servedVersion(catalog, NEWEST)).isEqualTo("10");
        assertThat(servedVersion(
                        catalog, Pipelines.of(Missing.IMPUTE, Optional.of("9"), NEWEST.features(), NEWEST.request())))
                .isEqualTo("9");
    }

    @Test
    void aBadNewVersionIsRefusedWithItsReasonAndTheOldOneGoesOnServing() {
        publish("1", 1);
        ModelCatalog catalog = catalog();
        catalog.refresh();
        byte[] model = OnnxModels.linear(0, 1, 1).toByteArray();
        ModelFiles.publish(
                root, "m", "2", ModelFiles.yaml("m", "2", "model.onnx", "0".repeat(64), ModelFiles.TWO_COLUMNS), model);
        catalog.refresh();
        assertThat(servedVersion(catalog, NEWEST)).isEqualTo("1");
        ModelCatalog.Listing refused = catalog.list().getLast();
        assertThat(refused.state()).isEqualTo(ModelState.REFUSED);
        assertThat(refused.reason()).startsWith("DIGEST_MISMATCH");
        assertThat(catalog.check(Pipelines.of(Missing.IMPUTE, Optional.of("2"), NEWEST.features(), NEWEST.request())))
                .singleElement()
                .asString()
                .contains("version '2' is refused: DIGEST_MISMATCH");
    }

    @Test
    void aVersionOverwrittenWithABadFileGoesOnServingAsItWas() throws IOException {
        Path version = publish("1", 1);
        ModelCatalog catalog = catalog();
        catalog.refresh();
        String digest = catalog.list().getFirst().digest();
        Files.write(version.resolve("model.onnx"), new byte[] {1, 2, 3});
        catalog.refresh();
        ModelCatalog.Listing listing = catalog.list().getFirst();
        assertThat(listing.state()).isEqualTo(ModelState.SERVING);
        assertThat(listing.digest()).isEqualTo(digest);
        assertThat(listing.reason()).startsWith("DIGEST_MISMATCH");

        publish("1", 2);
        catalog.refresh();
        assertThat(catalog.list().getFirst().reason()).isEmpty();
        assertThat(catalog.list().getFirst().digest()).isNotEqualTo(digest);
    }

    @Test
    void aVersionThatVanishesIsClosedOnlyWhenItsLastUserIsDone() {
        Path version = publish("1", 1);
        var closed = new AtomicInteger();
        var catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), counting(closed));
        catalog.refresh();
        try (ModelLease lease = catalog.lease(NEWEST)) {
            ModelFiles.delete(version);
            catalog.refresh();
            assertThat(catalog.list()).isEmpty();
            assertThat(closed).hasValue(0);
            assertThat(lease.identity().version()).isEqualTo("1");
        }
        assertThat(closed).hasValue(1);
        refused(InferenceReason.MODEL_NOT_SERVING, catalog, NEWEST);
    }

    @Test
    void aVersionThatIsTakenAwayWhileItIsReadIsToldToNobody() {
        Path version = publish("1", 1);
        var folder = new ModelFolder(root, 1 << 20);
        var told = new ArrayList<ServiceEvent>();
        var repository = new ModelRepository() {
            @Override
            public Contents look() throws IOException {
                return folder.look();
            }

            @Override
            public ModelFile read(Candidate candidate) throws ModelRefusedException {
                try {
                    Files.move(version, root.resolve(".gone"));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return folder.read(candidate);
            }

            @Override
            public VersionPolicy policy(String model) throws ModelRefusedException {
                return folder.policy(model);
            }
        };
        var catalog = new ModelCatalog(repository, new OnnxEngine(), told::add);
        catalog.refresh();
        assertThat(told).isEmpty();
        catalog.refresh();
        assertThat(catalog.list()).isEmpty();
    }

    @Test
    void whenTheRepositoryCannotBeSeenWhatServesGoesOn() throws IOException {
        publish("1", 1);
        ModelCatalog catalog = catalog();
        catalog.refresh();
        assertThat(catalog.failure()).isNull();
        Path aside = root.resolveSibling(root.getFileName() + "-aside");
        Files.move(root, aside);
        catalog.refresh();
        assertThat(catalog.failure()).contains("cannot be looked at");
        assertThat(servedVersion(catalog, NEWEST)).isEqualTo("1");
        Files.move(aside, root);
        catalog.refresh();
        assertThat(catalog.failure()).isNull();
    }

    @Test
    void aNewerVersionThatNeedsWhatThePipelineDoesNotGiveIsPassedOver() {
        publish("1", 1);
        ModelFiles.publish(root, "m", "2", OnnxModels.linear(0, 1, 1), ModelFiles.TWO_COLUMNS.replace("v:a", "v:b"));
        ModelCatalog catalog = catalog();
        catalog.refresh();
        assertThat(servedVersion(catalog, NEWEST)).isEqualTo("1");
        refused(
                InferenceReason.MODEL_DOES_NOT_FIT,
                catalog,
                Pipelines.of(Missing.IMPUTE, Optional.of("2"), NEWEST.features(), NEWEST.request()));
        assertThat(catalog.check(NEWEST))
                .containsExactly(
                        "model 'm' version '2' takes feature 'v:b', which the pipeline does not list",
                        "the pipeline lists feature 'v:a', which model 'm' version '2' does not take");
    }

    @Test
    void theCheckNamesEverythingThatDoesNotFit() {
        ModelFiles.publish(
                root, "m", "1", OnnxModels.linear(0, 1, 1), ModelFiles.TWO_COLUMNS.replace(", impute: 0.5", ""));
        ModelCatalog catalog = catalog();
        catalog.refresh();
        assertThat(catalog.check(Pipelines.of(
                        Missing.IMPUTE,
                        Optional.empty(),
                        List.of("v:a"),
                        Map.of("x", FieldType.STRING, "y", FieldType.BOOL))))
                .containsExactly(
                        "model 'm' version '1' takes request field 'x', which is no number",
                        "the pipeline imputes, but model 'm' version '1' gives no value for 'v:a'",
                        "the pipeline lists request field 'y', which model 'm' version '1' does not take");
        assertThat(catalog.check(Pipelines.of(Missing.REFUSE))).isEmpty();
    }

    @Test
    void aModelThatIsNotThereYetIsNoFault() {
        assertThat(catalog().check(NEWEST)).isEmpty();
        assertThat(catalog().check(PINNED)).isEmpty();
        refused(InferenceReason.MODEL_NOT_SERVING, catalog(), PINNED);
    }

    @Test
    void noScoreFailsAndNoBatchMixesVersionsWhileVersionsAreSwappedUnderLoad() throws Exception {
        publish("1", 1);
        ModelCatalog catalog = catalog();
        catalog.refresh();
        var scoring = Scorings.of(
                catalog,
                KnownServices.NONE.wanted(),
                new KnownFeatures(),
                new InferenceMetrics(new SimpleMeterRegistry()));
        Map<String, Double> biases = new ConcurrentHashMap<>();
        biases.put(catalog.list().getFirst().digest(), 1.0);
        var running = new AtomicBoolean(true);
        var seen = ConcurrentHashMap.<String>newKeySet();
        try (var threads = Executors.newFixedThreadPool(3)) {
            var users = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 3; i++) {
                users.add(threads.submit(() -> score(scoring, running, biases, seen)));
            }
            Path last = root.resolve("m/1");
            for (int swap = 2; swap < 42; swap++) {
                byte[] model = OnnxModels.linear(swap, 1, 1).toByteArray();
                biases.put(ModelFiles.sha256(model), (double) swap);
                boolean overwrite = swap % 2 == 0;
                Path version =
                        ModelFiles.publish(root, "m", overwrite ? "1" : "" + swap, model, ModelFiles.TWO_COLUMNS);
                catalog.refresh();
                if (!overwrite && !last.equals(root.resolve("m/1"))) {
                    ModelFiles.delete(last);
                    catalog.refresh();
                }
                last = overwrite ? last : version;
            }
            running.set(false);
            for (Future<Integer> user : users) {
                assertThat(user.get()).isPositive();
            }
        }
        assertThat(seen).hasSizeGreaterThan(5);
    }

    /** Scores until told to stop; each batch must be what the version that it names gives. */
    private static int score(
            BatchScoring scoring, AtomicBoolean running, Map<String, Double> biases, Set<String> seen) {
        int batches = 0;
        List<ScoreRow> rows = List.of(row(1), row(2), row(3));
        while (running.get()) {
            ScoredBatch batch = scoring.score(NEWEST, rows, Duration.ZERO, Duration.ofSeconds(10));
            String digest = batch.model().digest();
            seen.add(digest);
            double bias = biases.getOrDefault(digest, Double.NaN);
            for (int i = 0; i < 3; i++) {
                assertThat(((Scored) batch.rows().get(i)).prediction()).isEqualTo(0.5 + (i + 1) + bias);
            }
            batches++;
        }
        return batches;
    }

    private static ScoreRow row(double x) {
        return new ScoreRow(Map.of("user", "u", "x", x), 1);
    }

    private Path publish(String version, double bias) {
        return ModelFiles.publish(root, "m", version, OnnxModels.linear(bias, 1, 1), ModelFiles.TWO_COLUMNS);
    }

    private ModelCatalog catalog() {
        return new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
    }

    private static ModelEngine counting(AtomicInteger closed) {
        return file -> new LoadedModel() {
            @Override
            public Signature signature() {
                return new Signature(List.of(), List.of());
            }

            @Override
            public Inferred infer(List<Tensor> inputs) {
                return new Inferred(List.of(), 0, 0, 0);
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static String servedVersion(ModelCatalog catalog, Pipeline pipeline) {
        try (ModelLease lease = catalog.lease(pipeline)) {
            return lease.identity().version();
        }
    }

    private static void refused(InferenceReason reason, ModelCatalog catalog, Pipeline pipeline) {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> catalog.lease(pipeline))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }
}
