package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.FeatureLookup.Cell;
import io.millrace.inference.app.FeatureLookup.Status;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.FieldType;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.engine.OnnxEngine;
import io.millrace.inference.sample.KnownFeatures;
import io.millrace.inference.sample.KnownServices;
import io.millrace.inference.sample.ModelFiles;
import io.millrace.inference.sample.OnnxModels;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Scorings;
import io.millrace.inference.store.ModelFolder;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchScoringTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path root;

    private final KnownFeatures features = new KnownFeatures();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private ModelCatalog catalog;
    private BatchScoring scoring;

    @BeforeEach
    void serveALinearModel() {
        ModelFiles.publish(root, "m", "1", OnnxModels.linear(100, 1, 10), ModelFiles.TWO_COLUMNS);
        catalog = new ModelCatalog(new ModelFolder(root, 1 << 20), new OnnxEngine());
        catalog.refresh();
        scoring = Scorings.of(catalog, KnownServices.NONE.wanted(), features, new InferenceMetrics(registry));
    }

    @Test
    void aPredictionSaysWhatItWasMadeOf() {
        features.with("v:a", "u", 4.0, 77);
        ScoredBatch batch =
                scoring.score(Pipelines.of(Missing.REFUSE), List.of(row("u", 2.5)), Duration.ofMillis(5), LONG);
        Scored scored = (Scored) batch.rows().getFirst();
        assertThat(scored.prediction()).isEqualTo(100 + 4 + 25);
        assertThat(scored.entity()).isEqualTo(Map.of("user_id", "u"));
        assertThat(scored.features()).isEqualTo(Map.of("v:a", 4.0));
        assertThat(scored.eventTimeMicros()).isEqualTo(Map.of("v:a", 77L));
        assertThat(scored.imputed()).isEmpty();
        byte[] vector = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(4)
                .putFloat(2.5f)
                .array();
        assertThat(scored.vectorHash()).isEqualTo(ModelFiles.sha256(vector));
        assertThat(batch.complete()).isTrue();
        assertThat(batch.positions()).containsExactly(KnownFeatures.POSITION);
        assertThat(batch.model())
                .isEqualTo(catalog.lease(Pipelines.of(Missing.REFUSE)).identity());
    }

    @Test
    void aRowsOwnFaultFailsNoOtherRow() {
        features.with("v:a", "u", 1L, 1).with("v:a", "text", "NaN", 1).with("v:a", "nan", Double.NaN, 1);
        List<RowScore> scores = scoring.score(
                        Pipelines.of(Missing.REFUSE),
                        List.of(
                                row("u", 1.0),
                                new ScoreRow(Map.of("x", 1.0), 1),
                                new ScoreRow(Map.of("user", "u"), 1),
                                row("u", "one"),
                                row("u", Double.NaN),
                                row("u", 1e300),
                                row("text", 1.0),
                                row("nan", 1.0),
                                row(4711L, 1.0),
                                row("unknown", 1.0),
                                row("u", 2L)),
                        Duration.ZERO,
                        LONG)
                .rows();
        assertThat(scores)
                .extracting(BatchScoringTest::outcome)
                .containsExactly(
                        "111.0",
                        "MISSING_FIELD",
                        "MISSING_FIELD",
                        "WRONG_TYPE",
                        "NOT_FINITE",
                        "NOT_FINITE",
                        "WRONG_TYPE",
                        "NOT_FINITE",
                        "WRONG_TYPE",
                        "FEATURE_MISSING",
                        "121.0");
        assertThat(features.calls()).as("one look-up per type of key").isEqualTo(2);
        assertThat(registry.get(InferenceMetrics.INVALID_ROWS)
                        .tag("reason", "WRONG_TYPE")
                        .counter()
                        .count())
                .isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, IMPUTE, 110.5",
        "NOT_FOUND, REFUSE, FEATURE_MISSING",
        "OUTSIDE_MAX_AGE, IMPUTE, 110.5",
        "OUTSIDE_MAX_AGE, REFUSE, FEATURE_EXPIRED",
        "PRESENT, IMPUTE, 110.5",
        "PRESENT, REFUSE, FEATURE_MISSING",
        "BEFORE_RETENTION, IMPUTE, BEFORE_RETENTION",
        "BEFORE_RETENTION, REFUSE, BEFORE_RETENTION",
    })
    void whatIsMissingIsImputedOrRefusedAndWhatIsNotKnownIsNeverImputed(
            Status status, Missing missing, String expected) {
        features.with("v:a", "u", new Cell(status, status == Status.OUTSIDE_MAX_AGE ? 7.0 : null, 5));
        RowScore score = scoring.score(Pipelines.of(missing), List.of(row("u", 1.0)), Duration.ZERO, LONG)
                .rows()
                .getFirst();
        assertThat(outcome(score)).isEqualTo(expected);
        if (score instanceof Scored scored) {
            assertThat(scored.imputed()).containsExactly("v:a");
            assertThat(scored.features()).isEmpty();
            assertThat(scored.eventTimeMicros()).isEmpty();
        }
    }

    @Test
    void aPredictionThatIsNotFiniteIsNoScore() {
        ModelFiles.publish(root, "m", "2", OnnxModels.logarithm(), """
            inputs: [{name: input, type: float32, columns: [{request: x}]}]
            output: {name: output, column: 0}
            """);
        catalog.refresh();
        Pipeline pipeline = Pipelines.of(Missing.REFUSE, Optional.of("2"), List.of(), Map.of("x", FieldType.DOUBLE));
        List<RowScore> scores = scoring.score(
                        pipeline, List.of(row("u", 1.0), row("u", 0.0), row("u", -1.0)), Duration.ZERO, LONG)
                .rows();
        assertThat(scores)
                .extracting(BatchScoringTest::outcome)
                .containsExactly("0.0", "PREDICTION_NOT_FINITE", "PREDICTION_NOT_FINITE");
        assertThat(features.calls()).as("no features, no look-up").isZero();
    }

    @Test
    void wholeNumbersAndFlagsFillAnIntegerInputAndFractionsDoNot() {
        ModelFiles.publish(root, "m", "2", OnnxModels.twoInputs(), """
            inputs:
              - {name: a, type: float64, columns: [{request: z}]}
              - {name: b, type: int64, columns: [{request: x}, {request: y}]}
            output: {name: output}
            """);
        catalog.refresh();
        Pipeline pipeline = Pipelines.of(
                Missing.REFUSE,
                Optional.empty(),
                List.of(),
                Map.of("x", FieldType.DOUBLE, "y", FieldType.BOOL, "z", FieldType.DOUBLE));
        List<RowScore> scores = scoring.score(
                        pipeline,
                        List.of(
                                new ScoreRow(Map.of("user", "u", "x", 3L, "y", true, "z", 0.125), 1),
                                new ScoreRow(Map.of("user", "u", "x", 2.5, "y", true, "z", 0.125), 1),
                                new ScoreRow(Map.of("user", "u", "x", -4.0, "y", false, "z", 1L), 1)),
                        Duration.ZERO,
                        LONG)
                .rows();
        assertThat(scores).extracting(BatchScoringTest::outcome).containsExactly("4.125", "WRONG_TYPE", "-3.0");
    }

    @Test
    void aBatchGivesEachRowWhatItGetsAlone() {
        Pipeline pipeline = Pipelines.of(Missing.IMPUTE);
        var rows = new ArrayList<ScoreRow>();
        for (int i = 0; i < 1000; i++) {
            if (i % 3 != 0) {
                features.with("v:a", "u" + i, i * 0.37, i);
            }
            rows.add(row("u" + i, i * -0.11));
        }
        ScoredBatch together = scoring.score(pipeline, rows, Duration.ZERO, LONG);
        for (int i = 0; i < rows.size(); i += 37) {
            ScoredBatch alone = scoring.score(pipeline, List.of(rows.get(i)), Duration.ZERO, LONG);
            assertThat(together.rows().get(i)).isEqualTo(alone.rows().getFirst());
        }
    }

    @Test
    void aDeadlineThatHasPassedDoesNoWork() {
        assertThatExceptionOfType(Refusal.class)
                .isThrownBy(() -> scoring.score(
                        Pipelines.of(Missing.IMPUTE), List.of(row("u", 1.0)), Duration.ZERO, Duration.ofNanos(1)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(InferenceReason.DEADLINE_EXCEEDED));
        assertThat(features.calls()).isZero();
    }

    private static String outcome(RowScore score) {
        return switch (score) {
            case Scored scored -> String.valueOf(scored.prediction());
            case Invalid invalid -> invalid.reason();
        };
    }

    private static ScoreRow row(Object user, Object x) {
        var fields = new HashMap<String, Object>();
        fields.put("user", user);
        fields.put("x", x);
        return new ScoreRow(fields, 1);
    }
}
