package io.millrace.inference.app.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelUse;
import io.millrace.inference.app.PredictionColumn;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Definition;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelState;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.learn.OnlineModel;
import io.millrace.inference.engine.Engines;
import io.millrace.inference.sample.KnownDefinitions;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.store.SnapshotFolder;
import io.millrace.models.kernel.learn.LabelGuard.FreezeReason;
import io.millrace.models.kernel.learn.LogisticRegression;
import io.millrace.models.kernel.random.Seeded;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnerFoldTest {
    private static final String LOGISTIC = "algorithm: logistic-regression";

    private final List<ServiceEvent> events = new ArrayList<>();
    private LearnerCommands.Asked asked = LearnerCommands.Asked.NOTHING;

    @TempDir
    Path root;

    @Test
    void whatIsLearnedServesThroughTheGoldenGateAndAnswersWhatTheLearnerAnswers() throws Exception {
        for (OnlineModel model : List.of(
                OnlineModels.withTexts(LOGISTIC, "snapshot: {every: 1500}"),
                OnlineModels.withTexts("algorithm: hoeffding-tree, grace: 50, delta: 0.01", "snapshot: {every: 1500}"),
                OnlineModels.of("algorithm: adaptive-hoeffding-tree, grace: 50", "snapshot: {every: 1500}"),
                OnlineModels.of("algorithm: adaptive-random-forest, trees: 3", "snapshot: {every: 1500}"))) {
            Path repository = Files.createTempDirectory(root, "models");
            LearnerFold fold = fold(model, repository, KnownDefinitions.NONE);
            feed(fold, 0, 3_000);
            assertThat(fold.status().versions()).containsExactly("1500", "3000");
            assertThat(fold.status().accuracy()).isGreaterThan(0.6);
            {
                ModelCatalog catalog = catalog(repository);
                catalog.refresh();
                assertThat(catalog.list())
                        .as("%s", model.algorithm().word())
                        .extracting(ModelCatalog.Listing::state)
                        .containsExactly(ModelState.AVAILABLE, ModelState.SERVING);
                same(model, fold, catalog);
            }
        }
    }

    /** Over drawn and extreme values, through the version that serves. */
    private static void same(OnlineModel model, LearnerFold fold, ModelCatalog catalog) {
        var rows = new Rows(model);
        var random = new Seeded(5);
        var all = new ArrayList<Rows.Row>();
        for (int i = 0; i < 400; i++) {
            Rows.Row row = (Rows.Row) rows.read(OnlineModels.values(50_000 + i));
            if (i % 5 == 0) {
                row.numbers()[random.below(2)] = new double[] {1e15, -1e15, 0, Double.MIN_VALUE, 1e90}[random.below(5)];
            }
            all.add(row);
        }
        int texts = model.categories().size();
        ByteBuffer numbers = ByteBuffer.allocateDirect(all.size() * 16).order(ByteOrder.LITTLE_ENDIAN);
        var words = new ArrayList<byte[]>();
        for (Rows.Row row : all) {
            numbers.putDouble(row.numbers()[0]).putDouble(row.numbers()[1]);
            for (String text : row.texts()) {
                words.add(text.getBytes(StandardCharsets.UTF_8));
            }
        }
        long count = all.size();
        var inputs = new ArrayList<Tensor>();
        inputs.add(new Tensor(LearnedModel.NUMBERS, Datatype.FP64, List.of(count, 2L), numbers.flip()));
        if (texts > 0) {
            inputs.add(Tensor.ofStrings(LearnedModel.CATEGORIES, List.of(count, (long) texts), words));
        }
        try (ModelUse use = catalog.use("online", Optional.empty())) {
            double[] answers = PredictionColumn.read(
                    new Output(LearnedModel.PREDICTION, 0),
                    use.infer(inputs, all.size(), new Deadline(Duration.ofSeconds(30)))
                            .outputs(),
                    all.size());
            for (int i = 0; i < answers.length; i++) {
                assertThat(answers[i]).isCloseTo(fold.state().guard().predict(rows.example(all.get(i))), within(1e-6));
            }
        }
    }

    @Test
    void aFoldThatIsCutOffAnywhereGoesOnToTheBit() throws IOException {
        for (String learner : List.of(
                LOGISTIC,
                "algorithm: logistic-regression, optimizer: {adagrad: {}}",
                "algorithm: adaptive-hoeffding-tree, grace: 50",
                "algorithm: adaptive-random-forest, trees: 3")) {
            OnlineModel model = OnlineModels.withTexts(learner, "snapshot: {every: 400}\nguard: {window: 200}");
            LearnerFold whole = fold(model, root.resolve("whole-" + learner.hashCode()), KnownDefinitions.NONE);
            feed(whole, 0, 2_000);
            var random = new Seeded(learner.hashCode());
            LearnerFold cut = fold(model, root.resolve("cut-" + learner.hashCode()), KnownDefinitions.NONE);
            int at = 0;
            while (at < 2_000) {
                int to = Math.min(2_000, at + 1 + random.below(700));
                feed(cut, at, to);
                byte[] kept = state(cut);
                // What came after the state was kept is lost, and comes again.
                feed(cut, to, Math.min(2_000, to + 50));
                cut = fold(model, root.resolve("cut-" + learner.hashCode()), KnownDefinitions.NONE);
                cut.read(new DataInputStream(new ByteArrayInputStream(kept)));
                cut.kept(to);
                at = to;
            }
            assertThat(state(cut)).as(learner).isEqualTo(state(whole));
            assertThat(cut.fingerprint()).isEqualTo(whole.fingerprint());
        }
    }

    @Test
    void theFingerprintIsOfWhatTheLearnerFollowsFrom() {
        String base = fold(OnlineModels.of(LOGISTIC, "")).fingerprint();
        assertThat(fold(OnlineModels.of(LOGISTIC, "snapshot: {every: 7, keep: 1}"))
                        .fingerprint())
                .isEqualTo(base);
        assertThat(fold(OnlineModels.of(LOGISTIC, "seed: 4")).fingerprint()).isNotEqualTo(base);
        assertThat(fold(OnlineModels.of(LOGISTIC, "guard: {window: 500}")).fingerprint())
                .isNotEqualTo(base);
        assertThat(fold(OnlineModels.of("algorithm: logistic-regression, optimizer: {ftrl: {l1: 1}}", ""))
                        .fingerprint())
                .isNotEqualTo(base);
    }

    @Test
    void theSameStateGivesTheSameVersionAndBytes() throws IOException {
        OnlineModel model = OnlineModels.withTexts(LOGISTIC, "snapshot: {every: 1000}");
        feed(fold(model, root.resolve("one"), KnownDefinitions.NONE), 0, 1_000);
        feed(fold(model, root.resolve("two"), KnownDefinitions.NONE), 0, 1_000);
        for (String file : List.of("model.onnx", "model.yaml", "golden.json", "snapshot.json")) {
            assertThat(root.resolve("two/online/1000/" + file))
                    .hasSameBinaryContentAs(root.resolve("one/online/1000/" + file));
        }
    }

    @Test
    void oldVersionsGoButNotOnesThatADeploymentNames() throws IOException {
        var deployment = new Deployment(
                "d",
                "",
                "",
                List.of(new Deployment.Arm("a", new ModelReference("online", Optional.of("200")), 100)),
                List.of(),
                new Deployment.Sticky.Request(),
                Optional.empty(),
                Optional.empty(),
                "");
        LearnerFold fold = fold(
                OnlineModels.of(LOGISTIC, "snapshot: {every: 100, keep: 2}"),
                root,
                new KnownDefinitions(List.<Definition>of(deployment)));
        Files.createDirectories(root.resolve("online/hand-made"));
        feed(fold, 0, 600);
        assertThat(versions()).containsExactlyInAnyOrder("200", "500", "600", "hand-made");
    }

    @Test
    void aFloodOfOneClassFreezesAndTheLastGoodStateIsTheNewestVersionAgain() throws IOException {
        OnlineModel model =
                OnlineModels.of(LOGISTIC, "snapshot: {every: 500, on-drift: false, keep: 20}\nguard: {window: 1000}");
        LearnerFold good = fold(model, root.resolve("good"), KnownDefinitions.NONE);
        feed(good, 0, 4_000);
        LearnerFold fold = fold(model, root, KnownDefinitions.NONE);
        feed(fold, 0, 5_000);
        for (int i = 5_000; i < 8_000; i++) {
            take(fold, OnlineModels.labelled(i, OnlineModels.values(i), 1, "gate"), i);
        }
        LearnerStatus status = fold.status();
        assertThat(status.freeze().orElseThrow().reason()).isEqualTo(FreezeReason.CLASS_FLOOD);
        long at = status.freeze().orElseThrow().example();
        assertThat(at).isBetween(6_000L, 7_000L);
        assertThat(status.of(LearnResult.FROZEN)).isEqualTo(8_000 - at + 1);
        assertThat(versions())
                .as("what was learned from them is gone")
                .containsExactlyInAnyOrder(
                        "500", "1000", "1500", "2000", "2500", "3000", "3500", "4000", String.valueOf(at));
        assertThat(root.resolve("online/" + at + "/model.onnx"))
                .hasSameBinaryContentAs(root.resolve("good/online/4000/model.onnx"));
        assertThat(told("frozen")).singleElement().satisfies(event -> assertThat(event.data())
                .containsEntry("reason", "CLASS_FLOOD")
                .containsKeys("measured", "reference", "bound", "offset"));

        LearnerFold resumed = restored(model, fold);
        asked = new LearnerCommands.Asked(0, 1, 0);
        feedAfterAWhile(resumed, 8_000, 9_000);
        assertThat(resumed.status().freeze()).isEmpty();
        assertThat(told("resumed")).hasSize(1);
        assertThat(resumed.status().of(LearnResult.LEARNED)).isGreaterThan(status.of(LearnResult.LEARNED));
    }

    @Test
    void flippedLabelsFreezeAndNumbersThatAreNoneAreRefused() throws IOException {
        OnlineModel model = OnlineModels.of(LOGISTIC, "snapshot: {every: 0, on-drift: false}\nguard: {window: 1000}");
        LearnerFold fold = fold(model, root, KnownDefinitions.NONE);
        LearnerFold clean = fold(model, root, KnownDefinitions.NONE);
        for (int i = 0; i < 4_000; i++) {
            Outcome.Labelled good = OnlineModels.labelled(i);
            take(fold, good, i);
            take(clean, good, i);
            var values = new HashMap<>(good.prediction().values());
            values.put("x", i % 2 == 0 ? Double.NaN : "text");
            take(fold, OnlineModels.labelled(i, values, 1, "gate"), i);
            take(fold, OnlineModels.labelled(i, Map.of(), 1, "gate"), i);
            take(fold, new Outcome.Labelled(OnlineModels.prediction(i, values, "next"), 1, i, ""), i);
        }
        assertThat(fold.status().of(LearnResult.FEATURE_NOT_FINITE)).isEqualTo(2_000);
        assertThat(fold.status().of(LearnResult.NOT_A_NUMBER)).isEqualTo(2_000);
        assertThat(fold.status().of(LearnResult.FEATURE_MISSING)).isEqualTo(4_000);
        assertThat(fold.status().labels()).as("shadows' are not taken").isEqualTo(12_000);
        assertThat(weights(fold)).isEqualTo(weights(clean));
        for (int i = 4_000; i < 8_000 && fold.status().freeze().isEmpty(); i++) {
            Outcome.Labelled good = OnlineModels.labelled(i);
            take(fold, OnlineModels.labelled(i, good.prediction().values(), 1 - good.label(), "gate"), i);
        }
        assertThat(fold.status().freeze()).isPresent();
        assertThat(versions()).as("the last good one, whatever the policy says").hasSize(1);
    }

    @Test
    void aSourceGivesItsShareOfAWindow() throws IOException {
        LearnerFold fold = fold(
                OnlineModels.of(LOGISTIC, "guard: {window: 1000, share-of-source: 0.1}"), root, KnownDefinitions.NONE);
        for (int i = 0; i < 900; i++) {
            take(fold, OnlineModels.labelled(i, OnlineModels.values(i), 1, "one"), i);
        }
        assertThat(fold.status().of(LearnResult.LEARNED)).isEqualTo(100);
        assertThat(fold.status().of(LearnResult.OVER_ITS_SHARE)).isEqualTo(800);
    }

    @Test
    void aDriftAndAnAskMakeAVersion() throws IOException {
        LearnerFold fold = fold(
                OnlineModels.of(
                        LOGISTIC,
                        "snapshot: {every: 0, on-drift: true}\nguard: {window: 1000, loss-tolerance: 1, share-tolerance: 1}"),
                root,
                KnownDefinitions.NONE);
        feed(fold, 0, 3_000);
        long before = fold.status().drifts();
        for (int i = 3_000; i < 6_000; i++) {
            Outcome.Labelled good = OnlineModels.labelled(i);
            take(fold, OnlineModels.labelled(i, good.prediction().values(), 1 - good.label(), "gate"), i);
        }
        assertThat(fold.status().drifts()).isGreaterThan(before);
        assertThat(told("drifted")).hasSizeGreaterThan((int) before);
        int versions = versions().size();
        assertThat(versions).isPositive();

        asked = new LearnerCommands.Asked(1, 0, 0);
        feedAfterAWhile(fold, 6_000, 6_010);
        assertThat(told("snapshot")).last().satisfies(event -> assertThat(event.data())
                .containsEntry("cause", "demand"));
    }

    @Test
    void aRepositoryThatCannotBeWrittenToIsSaidAndTriedAgain() throws IOException {
        Files.createDirectories(root.resolve("online/100"));
        Files.writeString(root.resolve("online/100/model.yaml"), "kind: Model\n");
        LearnerFold fold = fold(OnlineModels.of(LOGISTIC, "snapshot: {every: 100}"), root, KnownDefinitions.NONE);
        feed(fold, 0, 150);
        assertThat(fold.status().failure()).contains("version 100 could not be made");
        assertThat(root.resolve("online/100")).isDirectoryNotContaining("glob:**.onnx");
    }

    private List<ServiceEvent> told(String what) {
        return events.stream()
                .filter(event -> event.type().equals("io.millrace.online-model." + what))
                .toList();
    }

    private List<String> versions() throws IOException {
        try (var folders = Files.list(root.resolve("online"))) {
            return folders.map(folder -> folder.getFileName().toString()).toList();
        }
    }

    private LearnerFold fold(OnlineModel model) {
        return fold(model, root, KnownDefinitions.NONE);
    }

    private LearnerFold fold(OnlineModel model, Path repository, KnownDefinitions named) {
        return OnlineModels.fold(model, new SnapshotFolder(repository), named, _ -> asked, events::add);
    }

    private LearnerFold restored(OnlineModel model, LearnerFold from) throws IOException {
        LearnerFold fold = fold(model, root, KnownDefinitions.NONE);
        fold.read(new DataInputStream(new ByteArrayInputStream(state(from))));
        return fold;
    }

    private static void feed(LearnerFold fold, int from, int to) {
        for (int i = from; i < to; i++) {
            take(fold, OnlineModels.labelled(i), i);
        }
    }

    /** As the loop does: what is due is kept at once, without an outcome too. */
    private static void feedAfterAWhile(LearnerFold fold, int from, int to) {
        org.awaitility.Awaitility.await().until(fold::isDue);
        fold.kept(from);
        feed(fold, from, to);
    }

    private static void take(LearnerFold fold, Outcome outcome, long offset) {
        fold.fold(outcome, offset);
        if (fold.isDue()) {
            fold.kept(offset + 1);
        }
    }

    private static double[] weights(LearnerFold fold) {
        return ((LogisticRegression) fold.state().guard().learner()).weights();
    }

    private static byte[] state(LearnerFold fold) throws IOException {
        var bytes = new ByteArrayOutputStream();
        fold.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static ModelCatalog catalog(Path repository) {
        return new ModelCatalog(new ModelFolder(repository, 1 << 24), new Engines(Optional.empty()));
    }
}
