package io.millrace.inference.app.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.app.experiment.ExperimentReport;
import io.millrace.inference.app.label.Quality;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.explain.ModelCard;
import io.millrace.models.kernel.evidence.Decision;
import io.millrace.models.kernel.evidence.Evidence;
import io.millrace.models.kernel.evidence.Why;
import io.millrace.models.kernel.measure.ClassificationWindow;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CardEvidenceTest {
    private static final ModelIdentity VERSION = new ModelIdentity("m", "2", "digest");

    @Test
    void metricsOfTheVersionHaveTheirIntervalsAndShadowsAreNamed() {
        var window = new ClassificationWindow(0.5, 1_000, 10);
        for (int row = 0; row < 100; row++) {
            window.predicted(row);
            window.labelled(row, row % 4 == 0 ? 0.8 : 0.2, row % 5 == 0, row + 10);
        }
        var measured = window.measures(100);
        var windows = List.of(new Quality.Window("24h", new Quality.Measures.OfClasses(0.5, measured)));
        var quality = new Quality(
                100,
                7,
                List.of(
                        new Quality.Version("m", "1", "", windows),
                        new Quality.Version("m", "2", "", windows),
                        new Quality.Version("m", "2", "next", windows),
                        new Quality.Version("other", "2", "", windows)));

        List<ModelCard.Metric> metrics = CardEvidence.metrics("late", quality, VERSION);

        assertThat(metrics)
                .extracting(ModelCard.Metric::name, ModelCard.Metric::window)
                .startsWith(tuple("log loss", "24h of labels late"))
                .contains(tuple("AUC", "24h of labels late, as shadow next"))
                .hasSize(10);
        ModelCard.Metric brier = metrics.get(1);
        assertThat(brier.value()).isEqualTo(measured.brier().value());
        assertThat((brier.upper() - brier.lower()) / 2)
                .isCloseTo(1.96 * measured.brier().standardError(), within(1e-4));
        assertThat(brier.rows()).isEqualTo(100);
        assertThat(metrics.get(3).lower()).isNaN();
    }

    @Test
    void aDecisionIsOnTheCardsOfTheVersionsThatScoredItsRows() {
        var gain = new Evidence.Gain("log-loss", 900, 0.05, 0.01, 0.09, 0);
        var report = new ExperimentReport(
                "d",
                3,
                "late",
                "stable",
                "online",
                true,
                0.05,
                0,
                new ExperimentReport.Data(
                        5, 2_000, 1, 2, 1_800, 0, List.of(new ExperimentReport.Version("online", "m", "2", "x", 900))),
                new Evidence(Decision.PROMOTE, Why.OBJECTIVE_BETTER, 900, 900, 0, 0, 0, 1, gain, List.of(), 0.05),
                Optional.of(new ExperimentReport.Settled(ExperimentReport.Action.PROMOTED, "evidence", 2_000_000, 4)));

        assertThat(CardEvidence.promotions(report, VERSION))
                .containsExactly(new ModelCard.Promotion(
                        "1970-01-01T00:00:02Z",
                        "d",
                        "as online, in online against stable: promoted",
                        "evidence",
                        "log-loss better by 0.05000, between 0.01000 and 0.09000, on 900 and 900 rows, alpha 0.0500"));
        assertThat(CardEvidence.promotions(report, new ModelIdentity("m", "3", "digest")))
                .isEmpty();
    }
}
