package io.millrace.inference.app.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.domain.deploy.Deployment;
import io.millrace.inference.domain.deploy.Deployment.Arm;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Deployment.Sticky;
import io.millrace.inference.domain.deploy.Experiment;
import io.millrace.inference.domain.deploy.Experiment.Guard;
import io.millrace.inference.domain.deploy.Experiment.Rows;
import io.millrace.inference.domain.deploy.Measure;
import io.millrace.inference.domain.deploy.Measured;
import io.millrace.inference.domain.label.LabelStream.Task;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import io.millrace.models.kernel.evidence.ChangePlan;
import io.millrace.models.kernel.evidence.ChangeTest;
import io.millrace.models.kernel.evidence.Decision;
import io.millrace.models.kernel.evidence.Guardrail;
import io.millrace.models.kernel.evidence.Outcome.Better;
import io.millrace.models.kernel.evidence.Why;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Outcomes of a model that is right with one chance and a challenger that is right with another. */
class ExperimentFoldTest {
    private static final Task TASK = new Task.Classification(0.5);
    private static final long REVISION = 3;

    private final List<ExperimentReport> shown = new ArrayList<>();
    private final List<ExperimentReport> concluded = new ArrayList<>();

    @Test
    void aSplitExperimentIsTheKernelsTestOfTheSameOutcomes() {
        Deployment deployment = split(30);
        var test = new ChangeTest(new ChangePlan(
                new io.millrace.models.kernel.evidence.Outcome("brier", Better.LOWER, 0, 1),
                0.01,
                List.of(new Guardrail(
                        new io.millrace.models.kernel.evidence.Outcome("accuracy", Better.HIGHER, 0, 1), 0.05)),
                0.1,
                0.3,
                0.001,
                2_000 / (1 / 0.3 + 1 / 0.7 - 1),
                200,
                100_000));
        ExperimentFold fold = fold(deployment);
        List<Outcome> outcomes = splitOutcomes(deployment, 0.6, 0.75, 6_000, 1);
        for (int i = 0; i < outcomes.size(); i++) {
            if (test.decision() == Decision.HOLD) {
                boolean challenger = outcomes.get(i)
                        .prediction()
                        .choice()
                        .orElseThrow()
                        .arm()
                        .equals("canary");
                if (outcomes.get(i) instanceof Labelled labelled) {
                    double value = labelled.prediction().value();
                    test.measured(challenger, new double[] {
                        (value - labelled.label()) * (value - labelled.label()),
                        (value >= 0.5) == (labelled.label() >= 0.5) ? 1 : 0
                    });
                } else {
                    test.assigned(challenger);
                }
            }
            fold.fold(outcomes.get(i), i);
        }
        assertThat(test.decision()).isEqualTo(Decision.PROMOTE);
        assertThat(fold.report().evidence()).isEqualTo(test.evidence());
        assertThat(fold.report().data().versions())
                .extracting(version -> version.arm() + " " + version.version() + " " + version.digest())
                .containsExactlyInAnyOrder("stable 1 d1", "canary 2 d2");
        assertThat(fold.report().data().versions().stream()
                        .mapToLong(ExperimentReport.Version::rows)
                        .sum())
                .isEqualTo(test.evidence().championRows() + test.evidence().challengerRows());
    }

    @Test
    void aShadowIsComparedRowByRowInWhateverOrderItsHalvesCome() {
        Deployment deployment = shadowed();
        var test = new ChangeTest(Plans.of(deployment, deployment.experiment().orElseThrow()));
        ExperimentFold fold = fold(deployment);
        var random = new SplittableRandom(5);
        long offset = 0;
        int alone = 0;
        for (int i = 0; i < 3_000 && test.decision() == Decision.HOLD; i++) {
            double label = random.nextInt(2);
            Prediction champion = prediction("e-" + i, "stable", "", score(random, label, 0.6), i);
            Prediction shadow = prediction("e-" + i, "stable", "online", score(random, label, 0.8), i);
            List<Outcome> halves = new ArrayList<>(List.of(labelled(champion, label), labelled(shadow, label)));
            if (random.nextBoolean()) {
                halves = halves.reversed();
            }
            fold.fold(new Predicted(champion), offset++);
            if (i % 10 == 0) {
                fold.fold(halves.getFirst(), offset++);
                fold.fold(new Unlabelled(halves.getFirst().prediction()), offset++);
                alone++;
                continue;
            }
            for (Outcome half : halves) {
                fold.fold(half, offset++);
            }
            test.paired(values(champion.value(), label), values(shadow.value(), label));
        }
        assertThat(test.decision()).isEqualTo(Decision.PROMOTE);
        assertThat(fold.report().evidence()).isEqualTo(test.evidence());
        assertThat(fold.report().data().unpaired()).isEqualTo(alone);
        assertThat(fold.report().paired()).isTrue();
    }

    @Test
    void whereverItIsCutAndRestoredItDecidesTheSameAtTheSameOutcome() throws IOException {
        for (Deployment deployment : List.of(split(30), sticky(split(30)), shadowed())) {
            List<Outcome> outcomes = deployment.isPaired()
                    ? pairedOutcomes(0.75, 0.6, 4_000, 2)
                    : splitOutcomes(deployment, 0.75, 0.55, 8_000, 2);
            ExperimentFold whole = fold(deployment);
            for (int i = 0; i < outcomes.size(); i++) {
                whole.fold(outcomes.get(i), i);
            }
            assertThat(whole.report().evidence().decision()).isEqualTo(Decision.ROLL_BACK);
            var random = new SplittableRandom(7);
            ExperimentFold cut = fold(deployment);
            byte[] kept = bytes(cut);
            int keptAt = 0;
            int next = 0;
            while (next < outcomes.size()) {
                cut.fold(outcomes.get(next), next);
                next++;
                if (cut.isDue() || random.nextInt(200) == 0) {
                    kept = bytes(cut);
                    keptAt = next;
                    cut.kept(next);
                }
                if (random.nextInt(300) == 0) {
                    cut = fold(deployment);
                    cut.read(new DataInputStream(new ByteArrayInputStream(kept)));
                    cut.kept(keptAt);
                    next = keptAt;
                }
            }
            assertThat(bytes(cut)).isEqualTo(bytes(whole));
            assertThat(cut.report()).isEqualTo(whole.report());
            assertThat(concluded).isNotEmpty().allSatisfy(report -> assertThat(report)
                    .isEqualTo(whole.report()));
            concluded.clear();
        }
        assertThat(shown).isNotEmpty();
    }

    @Test
    void armsThatDoNotGetTheirSharesStopIt() {
        Deployment deployment = split(50);
        ExperimentFold fold = fold(deployment);
        List<Outcome> outcomes = splitOutcomes(split(40), 0.6, 0.6, 20_000, 3);
        for (int i = 0; i < outcomes.size(); i++) {
            fold.fold(outcomes.get(i), i);
        }
        assertThat(fold.report().evidence().decision()).isEqualTo(Decision.STOPPED);
        assertThat(fold.report().evidence().why()).isEqualTo(Why.SAMPLE_RATIO_MISMATCH);
        assertThat(fold.report().evidence().sampleRatioP()).isLessThanOrEqualTo(0.001);
    }

    @Test
    void ofAnEntityThatStaysWithItsArmTheFirstRowAloneCounts() {
        ExperimentFold fold = fold(sticky(split(30)));
        for (int i = 0; i < 100; i++) {
            Prediction prediction = prediction("e-" + i, "stable", "", 0.7, i, Map.of("user", "u" + i % 10));
            fold.fold(new Predicted(prediction), 2 * i);
            fold.fold(labelled(prediction, 1), 2 * i + 1);
        }
        assertThat(fold.report().evidence().championAssigned()).isEqualTo(10);
        assertThat(fold.report().evidence().championRows()).isEqualTo(10);
    }

    @Test
    void predictionsOfOtherRevisionsArmsAndDeploymentsDoNotCount() {
        ExperimentFold fold = fold(split(30));
        Prediction ours = prediction("e-1", "stable", "", 0.7, 1);
        fold.fold(new Predicted(with(ours, Optional.of(new Choice("m", REVISION - 1, "stable", 0.7)))), 0);
        fold.fold(new Predicted(with(ours, Optional.of(new Choice("n", REVISION, "stable", 0.7)))), 1);
        fold.fold(new Predicted(with(ours, Optional.of(new Choice("m", REVISION, "third", 0.7)))), 2);
        fold.fold(new Predicted(with(ours, Optional.empty())), 3);
        fold.fold(new Predicted(prediction("e-1", "stable", "online", 0.7, 1)), 4);
        assertThat(fold.report().data().outcomes()).isZero();
        fold.fold(new Predicted(ours), 5);
        assertThat(fold.report().data().from()).isEqualTo(5);
        assertThat(fold.report().data().to()).isEqualTo(6);
    }

    @Test
    void theFingerprintIsTheExperimentsAndTheRevisions() {
        assertThat(fold(split(30)).fingerprint()).isEqualTo(fold(split(30)).fingerprint());
        assertThat(fold(split(30)).fingerprint())
                .isNotEqualTo(fold(split(40)).fingerprint())
                .isNotEqualTo(new ExperimentFold(split(30), 4, TASK, conclusions()).fingerprint());
        assertThat(fold(split(30)).name()).isEqualTo("experiment.m");
        assertThat(FoldNames.of("experiment", "Flight_Delay"))
                .matches("experiment\\.flight-delay\\.[0-9a-f]{8}")
                .isNotEqualTo(FoldNames.of("experiment", "flight_delay"));
    }

    @Test
    void aReportIsReadAsItWasWritten() {
        ExperimentFold fold = fold(split(30));
        assertThat(ReportText.read(ReportText.write(fold.report()))).contains(fold.report());
        List<Outcome> outcomes = splitOutcomes(split(30), 0.6, 0.75, 2_000, 1);
        for (int i = 0; i < outcomes.size(); i++) {
            fold.fold(outcomes.get(i), i);
        }
        ExperimentReport report = fold.report()
                .settled(new ExperimentReport.Settled(
                        ExperimentReport.Action.ROLLED_BACK, "ops@example.org: \"yes\"", 12, 4));
        assertThat(ReportText.read(ReportText.write(report))).contains(report);
        assertThat(ReportText.read("kind: Other")).isEmpty();
    }

    private List<Outcome> splitOutcomes(Deployment of, double champion, double challenger, int rows, long seed) {
        var random = new SplittableRandom(seed);
        List<Outcome> outcomes = new ArrayList<>();
        List<Outcome> later = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            boolean toChallenger = random.nextDouble() * 100 < of.weight("canary");
            double label = random.nextInt(2);
            double score = score(random, label, toChallenger ? challenger : champion);
            Prediction prediction =
                    prediction("e-" + i, toChallenger ? "canary" : "stable", "", score, i, Map.of("user", "u" + i / 2));
            outcomes.add(new Predicted(prediction));
            later.add(labelled(prediction, label));
            if (i % 50 == 49) {
                outcomes.addAll(later);
                later.clear();
            }
        }
        outcomes.addAll(later);
        return outcomes;
    }

    private List<Outcome> pairedOutcomes(double champion, double challenger, int rows, long seed) {
        var random = new SplittableRandom(seed);
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            double label = random.nextInt(2);
            outcomes.add(labelled(prediction("e-" + i, "stable", "", score(random, label, champion), i), label));
            outcomes.add(
                    labelled(prediction("e-" + i, "stable", "online", score(random, label, challenger), i), label));
        }
        return outcomes;
    }

    /** A score that lies on the label's side with this chance. */
    private static double score(SplittableRandom random, double label, double right) {
        boolean hit = random.nextDouble() < right;
        double strength = 0.5 + random.nextDouble() / 2;
        return hit == label >= 0.5 ? strength : 1 - strength;
    }

    private static double[] values(double value, double label) {
        return new double[] {(value - label) * (value - label), (value >= 0.5) == (label >= 0.5) ? 1 : 0};
    }

    private static Labelled labelled(Prediction prediction, double label) {
        return new Labelled(prediction, label, prediction.micros() + 1_000, "");
    }

    private static Prediction prediction(String id, String arm, String shadow, double value, long micros) {
        return prediction(id, arm, shadow, value, micros, Map.of());
    }

    private static Prediction prediction(
            String id, String arm, String shadow, double value, long micros, Map<String, Object> entity) {
        String version = arm.equals("canary") ? "2" : shadow.isEmpty() ? "1" : "9";
        return new Prediction(
                id,
                id,
                entity,
                new ModelIdentity("m", version, "d" + version, "onnx"),
                Optional.of(new Choice("m", REVISION, arm, 0.5)),
                shadow,
                value,
                micros,
                Map.of());
    }

    private static Prediction with(Prediction of, Optional<Choice> choice) {
        return new Prediction(
                of.id(), of.key(), of.entity(), of.model(), choice, "", of.value(), of.micros(), of.values());
    }

    private static Deployment split(double percent) {
        return deployment(percent, List.of(), "canary");
    }

    private static Deployment shadowed() {
        return deployment(30, List.of(new Shadow("online", new ModelReference("m", Optional.of("9")), 100)), "online");
    }

    private static Deployment sticky(Deployment of) {
        return new Deployment(
                of.name(),
                "",
                "",
                of.arms(),
                of.shadows(),
                new Sticky.Entity(),
                of.experiment(),
                Optional.empty(),
                of.yaml());
    }

    private static Deployment deployment(double percent, List<Shadow> shadows, String challenger) {
        return new Deployment(
                "m",
                "",
                "",
                List.of(
                        new Arm("stable", new ModelReference("m", Optional.of("1")), 100 - percent),
                        new Arm("canary", new ModelReference("m", Optional.of("2")), percent)),
                shadows,
                new Sticky.Request(),
                Optional.of(new Experiment(
                        "clicks",
                        "stable",
                        challenger,
                        Measured.of(Measure.BRIER),
                        0.01,
                        List.of(new Guard(Measured.of(Measure.ACCURACY), 0.05)),
                        0.1,
                        new Rows(200, 2_000, 100_000),
                        true)),
                Optional.empty(),
                "kind: Deployment");
    }

    private ExperimentFold fold(Deployment deployment) {
        return new ExperimentFold(deployment, REVISION, TASK, conclusions());
    }

    private ExperimentFold.Conclusions conclusions() {
        return new ExperimentFold.Conclusions() {
            @Override
            public void show(ExperimentReport report) {
                shown.add(report);
            }

            @Override
            public boolean conclude(ExperimentReport report, boolean automatic) {
                assertThat(automatic).isTrue();
                concluded.add(report);
                return true;
            }
        };
    }

    private static byte[] bytes(ExperimentFold fold) throws IOException {
        var bytes = new ByteArrayOutputStream();
        fold.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
