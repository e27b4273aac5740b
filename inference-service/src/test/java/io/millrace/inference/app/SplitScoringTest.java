package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownRoutes;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Version 1 of the model gives 100 and more, version 2 gives 1,000 and more, version 3 gives 10,000 and more. */
class SplitScoringTest {
    private static final Pipeline PIPELINE = Pipelines.of(Missing.IMPUTE);

    @TempDir
    Path root;

    private final KnownFeatures features = new KnownFeatures();
    private final List<ServiceEvent> shadowed = new CopyOnWriteArrayList<>();
    private ModelCatalog catalog;

    @BeforeEach
    void serveThreeVersions() {
        ModelFiles.publish(root, "m", "1", OnnxModels.linear(100, 0, 1), ModelFiles.TWO_COLUMNS);
        ModelFiles.publish(root, "m", "2", OnnxModels.linear(1_000, 0, 1), ModelFiles.TWO_COLUMNS);
        ModelFiles.publish(root, "m", "3", OnnxModels.linear(10_000, 0, 1), ModelFiles.TWO_COLUMNS);
        catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
        catalog.refresh();
    }

    @Test
    void eachRowIsScoredByItsArmInItsPlaceWithOneLookUp() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 30, new Sticky.Request()));
        ScoredBatch batch = score(routes, rows(500));
        int canaries = 0;
        for (int i = 0; i < 500; i++) {
            boolean isCanary = batch.choice(i).orElseThrow().arm().equals("canary");
            canaries += isCanary ? 1 : 0;
            assertThat(prediction(batch, i)).isEqualTo((isCanary ? 1_000 : 100) + i);
            assertThat(batch.model(i).version()).isEqualTo(isCanary ? "2" : "1");
            assertThat(batch.choice(i).orElseThrow().share()).isEqualTo(isCanary ? 0.3 : 0.7);
        }
        assertThat(canaries).isBetween(100, 200);
        assertThat(features.calls()).as("look-ups").isEqualTo(1);
        assertThat(routes.route().tally(1).rows()).isEqualTo(canaries);
        assertThat(routes.route().tally(0).scores()).isEqualTo(500 - canaries);
    }

    @Test
    void aRepeatedBatchScoresTheSameHoweverItIsCut() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Request()));
        ScoredBatch whole = score(routes, rows(200));
        assertThat(score(routes, rows(200))).isEqualTo(whole);
        for (int i = 0; i < 200; i += 7) {
            assertThat(prediction(score(routes, rows(200).subList(i, i + 1)), 0))
                    .isEqualTo(prediction(whole, i));
        }
    }

    @Test
    void anEntityStaysWithItsArmWhereverItsEventsStand() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Entity()));
        Map<Object, Set<String>> arms = new HashMap<>();
        ScoredBatch batch = score(routes, rows(600));
        for (int i = 0; i < 600; i++) {
            Scored scored = (Scored) batch.rows().get(i);
            arms.computeIfAbsent(scored.entity(), _ -> new HashSet<>())
                    .add(batch.choice(i).orElseThrow().arm());
        }
        assertThat(arms).hasSize(50).allSatisfy((_, taken) -> assertThat(taken).hasSize(1));
        assertThat(arms.values()).contains(Set.of("stable"), Set.of("canary"));
    }

    @Test
    void aFieldDecidesWhereItIsThere() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Field("x")));
        ScoredBatch batch = score(
                routes,
                IntStream.range(0, 100)
                        .mapToObj(i -> new ScoreRow(Map.of("user", "u" + i, "x", 7.0), 1, "t-0-" + i))
                        .toList());
        assertThat(batch.assigned()).extracting(each -> each.choice().arm()).containsOnly(arm(batch, 0));
    }

    @Test
    void aVersionThatAPipelineNamesIsNotSplit() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 100, new Sticky.Request()));
        Pipeline pinned = Pipelines.of(Missing.IMPUTE, Optional.of("1"), PIPELINE.features(), PIPELINE.request());
        ScoredBatch batch = scoring(routes).score(pinned, rows(3), Duration.ZERO, deadline());
        assertThat(batch.assigned()).isEmpty();
        assertThat(batch.model().version()).isEqualTo("1");
    }

    @Test
    void rowsOfAFileAreScoredByTheArmWithTheLargestShareAlone() {
        var shadow = new Shadow("next", KnownRoutes.version("m", "3"), 100);
        var routes = new KnownRoutes(KnownRoutes.canary("m", 30, new Sticky.Request(), shadow));
        ScoredBatch batch = scoring(routes).score(PIPELINE, rows(100), features, deadline());
        assertThat(batch.assigned()).isEmpty();
        assertThat(batch.model().version()).isEqualTo("1");
        assertThat(prediction(batch, 99)).isEqualTo(199);
        assertThat(routes.route().tally(0).rows()).isZero();

        routes.become(KnownRoutes.canary("m", 70, new Sticky.Request()), 2);
        assertThat(scoring(routes)
                        .score(PIPELINE, rows(1), features, deadline())
                        .model()
                        .version())
                .isEqualTo("2");
    }

    @Test
    void anArmWhoseModelIsGoneRefusesTheBatchAndIsCounted() {
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Request()));
        ModelFiles.delete(root.resolve("m").resolve("2"));
        catalog.refresh();
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> score(routes, rows(50)))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(InferenceReason.MODEL_NOT_SERVING));
        assertThat(routes.route().tally(1).errors()).isEqualTo(1);
        assertThat(routes.route().tally(0).errors()).isZero();
    }

    @Test
    void aShadowSeesItsSampleAndIsNeverReturned() {
        var shadow = new Shadow("next", KnownRoutes.version("m", "3"), 40);
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Request(), shadow));
        ScoredBatch batch = score(routes, rows(500));
        assertThat(batch.rows())
                .allSatisfy(row -> assertThat(((Scored) row).prediction()).isLessThan(10_000));
        await().until(() -> shadowed.size() >= 150);
        assertThat(shadowed).hasSizeBetween(150, 250).allSatisfy(event -> {
            assertThat(event.subject()).isEqualTo("m/next");
            assertThat(event.data()).containsEntry("version", "3");
            int row =
                    Integer.parseInt(String.valueOf(event.data().get("origin")).substring("t-0-".length()));
            assertThat(event.data()).containsEntry("answered", prediction(batch, row));
            assertThat(event.data()).containsEntry("prediction", 10_000.0 + row);
            assertThat(event.data()).containsEntry("arm", arm(batch, row));
        });
    }

    @Test
    void aShadowThatFailsFailsNoCall() {
        var shadow = new Shadow("gone", KnownRoutes.version("m", "9"), 100);
        var routes = new KnownRoutes(KnownRoutes.canary("m", 50, new Sticky.Request(), shadow));
        assertThat(score(routes, rows(20)).rows()).allMatch(Scored.class::isInstance);
        await().until(() -> routes.route().shadowTally(0).errors() == 1);
        assertThat(shadowed).isEmpty();
    }

    private ScoredBatch score(KnownRoutes routes, List<ScoreRow> rows) {
        return scoring(routes).score(PIPELINE, rows, Duration.ZERO, deadline());
    }

    private BatchScoring scoring(KnownRoutes routes) {
        return Scorings.of(
                catalog,
                KnownServices.NONE.wanted(),
                features,
                routes,
                shadowed::add,
                new InferenceMetrics(new SimpleMeterRegistry()));
    }

    private static Deadline deadline() {
        return new Deadline(Duration.ofSeconds(20));
    }

    private static List<ScoreRow> rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ScoreRow(Map.of("user", "u" + i % 50, "x", (double) i), 1, "t-0-" + i))
                .toList();
    }

    private static double prediction(ScoredBatch batch, int row) {
        return ((Scored) batch.rows().get(row)).prediction();
    }

    private static String arm(ScoredBatch batch, int row) {
        return batch.choice(row).orElseThrow().arm();
    }
}
