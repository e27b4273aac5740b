package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownDefinitions;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.sample.Settings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineFeaturesTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Pipeline PIPELINE = Pipelines.ofService("s");

    @TempDir
    Path root;

    private final KnownServices services = new KnownServices().with("s", KnownServices.of("s@v2", "v:b", "v:a"));
    private final KnownFeatures features = new KnownFeatures().with("v:a", "u", 4.0, 77);

    @Test
    void aPipelineThatListsItsFeaturesAsksNobody() {
        Pipeline listing = Pipelines.of(Missing.REFUSE);
        assertThat(services.wanted().fill(listing, LONG)).isSameAs(listing);
        assertThat(services.asked()).isZero();
    }

    @Test
    void aServiceIsAskedForOnceUntilItIsTimeAgainAndThenFollowed() {
        PipelineFeatures patient = services.wanted(LONG);
        Pipeline filled = patient.fill(PIPELINE, LONG);
        assertThat(filled.features()).containsExactly("v:b", "v:a");
        assertThat(filled.service()).contains("s@v2");
        assertThat(patient.fill(PIPELINE, LONG)).isSameAs(filled);
        assertThat(services.asked()).isEqualTo(1);

        PipelineFeatures eager = services.wanted();
        Pipeline before = eager.fill(PIPELINE, LONG);
        assertThat(eager.fill(PIPELINE, LONG)).as("nothing changed").isSameAs(before);
        services.with("s", KnownServices.of("s@v3", "v:c"));
        assertThat(eager.fill(PIPELINE, LONG).service()).contains("s@v3");
        assertThat(patient.fill(PIPELINE, LONG)).isSameAs(filled);
        patient.forget(PIPELINE);
        assertThat(patient.fill(PIPELINE, LONG).features()).containsExactly("v:c");
    }

    @Test
    void whatWasKnownGoesOnWhileFeatureServiceIsAwayAndWhatWasNeverKnownIsRefused() {
        PipelineFeatures eager = services.wanted();
        Pipeline filled = eager.fill(PIPELINE, LONG);
        services.goAway();
        assertThat(eager.fill(PIPELINE, LONG)).isSameAs(filled);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> eager.fill(Pipelines.ofService("other"), LONG))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(InferenceReason.FEATURES_UNAVAILABLE));
    }

    @Test
    void aServiceThatIsGoneIsNotReadAnyMore() {
        PipelineFeatures eager = services.wanted();
        assertThat(eager.fill(PIPELINE, LONG).features()).hasSize(2);
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> eager.fill(Pipelines.ofService("gone"), LONG))
                .satisfies(
                        refusal -> assertThat(refusal.reason()).isEqualTo(InferenceReason.FEATURE_SERVICE_NOT_FOUND));
    }

    @Test
    void predictionsAreMadeOfTheServicesFeaturesAndNameItsVersion() {
        ScoredBatch batch = scoring().score(PIPELINE, List.of(row()), Duration.ZERO, LONG);
        Scored scored = (Scored) batch.rows().getFirst();
        assertThat(scored.prediction()).isEqualTo(100 + 4 + 25);
        assertThat(scored.features()).as("v:b was not found").isEqualTo(Map.of("v:a", 4.0));
        assertThat(batch.service()).contains("s@v2");
    }

    @Test
    void aModelThatNamesNoVersionTakesTheOneThatTheServiceNames() {
        services.with("s", KnownServices.of("s", "w@v1:a", "v@v3:aa", "v@v3:a"));
        features.with("v@v3:a", "u", 7.0, 78);
        ScoredBatch batch = scoring().score(PIPELINE, List.of(row()), Duration.ZERO, LONG);
        assertThat(((Scored) batch.rows().getFirst()).prediction()).isEqualTo(100 + 7 + 25);
        assertThat(batch.service()).contains("s");
    }

    @Test
    void aServiceThatLosesWhatTheModelTakesStopsScoringAndSaysWhy() {
        services.with("s", KnownServices.of("s@v4", "v:b"));
        BatchScoring scoring = scoring();
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> scoring.score(PIPELINE, List.of(row()), Duration.ZERO, LONG))
                .withMessageContaining("takes feature 'v:a', which feature service 's@v4' does not have");
    }

    @Test
    void aPipelineFitsWhereTheServiceHasWhatTheModelTakes() {
        assertThat(checks().check(PIPELINE, KnownDefinitions.NONE, List.of())).isEmpty();
        assertThat(checks().check(Pipelines.ofService("s@v9"), KnownDefinitions.NONE, List.of()))
                .containsExactly("Feature service s@v9 does not exist");
        services.with("s", KnownServices.of("s@v4", "v:b"));
        assertThat(checks().check(PIPELINE, KnownDefinitions.NONE, List.of()))
                .singleElement()
                .asString()
                .contains("takes feature 'v:a'", "'s@v4' does not have");
    }

    @Test
    void typesJoinKeysAndRequestDataAreCheckedToo() {
        var wrong = new ServedFeatures(
                "s@v2",
                true,
                List.of(new ServedFeatures.Feature("v:a", "string")),
                List.of("account_id"),
                List.of("amount"));
        services.with("s", wrong);
        assertThat(checks().check(PIPELINE, KnownDefinitions.NONE, List.of()))
                .containsExactly(
                        "feature service 's@v2' is read by join key 'account_id', which 'entity' does not name",
                        "join key 'user_id' is none of feature service 's@v2'",
                        "feature service 's@v2' needs 'amount' of a request, which pipelines do not bring",
                        "the model takes feature 'v:a', which is a string and no number");
    }

    @Test
    void aPlanLooksAtTheServicesThatAreToBe() {
        List<ServedFeatures> planned = List.of(
                new ServedFeatures("p@v1", false, List.of(), List.of("user_id"), List.of()),
                KnownServices.of("p@v2", "v:a"));
        assertThat(checks().check(Pipelines.ofService("p"), KnownDefinitions.NONE, planned))
                .isEmpty();
        assertThat(checks().check(Pipelines.ofService("p@v1"), KnownDefinitions.NONE, planned))
                .hasSize(1);
        assertThat(checks().check(Pipelines.ofService("s"), KnownDefinitions.NONE, planned))
                .containsExactly("feature service 's' does not exist");
        assertThat(services.asked()).isZero();
    }

    private BatchScoring scoring() {
        return Scorings.of(catalog(), services.wanted(), features, new InferenceMetrics(new SimpleMeterRegistry()));
    }

    private PipelineChecks checks() {
        return new PipelineChecks(catalog(), services.wanted(), Settings.with(Map.of()));
    }

    private ModelCatalog catalog() {
        ModelFiles.publish(root, "m", "1", OnnxModels.linear(100, 1, 10), ModelFiles.TWO_COLUMNS);
        var catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
        catalog.refresh();
        return catalog;
    }

    private static ScoreRow row() {
        return new ScoreRow(Map.of("user", "u", "x", 2.5), 1);
    }
}
