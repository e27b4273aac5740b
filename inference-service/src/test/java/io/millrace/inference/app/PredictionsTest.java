package io.millrace.inference.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.definition.DefinitionApply.Outcome;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.Missing;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ServedFeatures;
import io.millrace.inference.sample.Pipelines;
import io.millrace.inference.sample.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static final Instant NOW = Instant.parse("2001-03-02T10:15:00.000001Z");
    private static final Predictions.Row ROW = new Predictions.Row(Map.of(), OptionalLong.empty());

    private final List<ScoreRow> scored = new ArrayList<>();
    private final List<Duration> deadlines = new ArrayList<>();

    @Test
    void aRowWithoutAnInstantIsReadAsOfNow() {
        predictions(1, _ -> score())
                .predict(
                        "p",
                        List.of(ROW, new Predictions.Row(Map.of(), OptionalLong.of(5))),
                        Duration.ZERO,
                        Optional.empty());
        assertThat(scored).extracting(ScoreRow::asOfMicros).containsExactly(983_528_100_000_001L, 5L);
    }

    @Test
    void theShorterOfBothDeadlinesHoldsAndAWaitExtendsTheServicesOwn() {
        Predictions predictions = predictions(1, _ -> score());
        predictions.predict("p", List.of(ROW), Duration.ofSeconds(2), Optional.empty());
        predictions.predict("p", List.of(ROW), Duration.ofSeconds(2), Optional.of(Duration.ofSeconds(3)));
        predictions.predict("p", List.of(ROW), Duration.ZERO, Optional.of(Duration.ofHours(1)));
        assertThat(deadlines).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(3), Duration.ofSeconds(5));
        refused(InferenceReason.DEADLINE_EXCEEDED, predictions, List.of(ROW), Duration.ZERO, Duration.ZERO);
    }

    @Test
    void allRowsOrNoneAndEveryInvalidRowIsNamed() {
        Predictions predictions = predictions(
                1,
                row -> row.asOfMicros() % 2 == 0
                        ? score()
                        : new Invalid(InferenceReason.FEATURE_MISSING.name(), "no " + row.asOfMicros()));
        List<Predictions.Row> rows = List.of(row(2), row(3), row(4), row(5));
        Refusal refusal =
                refused(InferenceReason.FEATURE_MISSING, predictions, rows, Duration.ZERO, Duration.ofSeconds(1));
        assertThat(refusal.details())
                .containsExactly(
                        new Refusal.Detail("rows[1]", "FEATURE_MISSING: no 3"),
                        new Refusal.Detail("rows[3]", "FEATURE_MISSING: no 5"));
        assertThat(predictions
                        .predict("p", List.of(row(2), row(4)), Duration.ZERO, Optional.empty())
                        .rows())
                .hasSize(2);
    }

    @Test
    void whatIsOutsideItsBoundsIsRefusedBeforeAnyWork() {
        Predictions predictions = predictions(1, _ -> score());
        Duration second = Duration.ofSeconds(1);
        refused(InferenceReason.INVALID_REQUEST, predictions, List.of(), Duration.ZERO, second);
        refused(InferenceReason.INVALID_REQUEST, predictions, List.of(ROW, ROW, ROW, ROW, ROW), Duration.ZERO, second);
        refused(InferenceReason.INVALID_REQUEST, predictions, List.of(ROW), Duration.ofMillis(-1), second);
        refused(InferenceReason.INVALID_REQUEST, predictions, List.of(ROW), Duration.ofMinutes(2), second);
        assertThat(scored).isEmpty();
    }

    @Test
    void whatIsMoreThanTheServiceTakesIsRefusedAtOnceAndTakenAgainLater() throws Exception {
        var started = new CountDownLatch(2);
        var release = new CountDownLatch(1);
        Predictions predictions = predictions(2, _ -> {
            started.countDown();
            hold(release);
            return score();
        });
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (int i = 0; i < 2; i++) {
                calls.add(
                        threads.submit(() -> predictions.predict("p", List.of(ROW), Duration.ZERO, Optional.empty())));
            }
            started.await();
            long start = System.nanoTime();
            refused(InferenceReason.BUSY, predictions, List.of(ROW), Duration.ZERO, Duration.ofSeconds(5));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            release.countDown();
            for (Future<?> call : calls) {
                assertThat(call.get()).isNotNull();
            }
        }
        await().untilAsserted(() -> assertThat(predictions
                        .predict("p", List.of(ROW), Duration.ZERO, Optional.empty())
                        .rows())
                .hasSize(1));
    }

    @Test
    void settingsOutsideTheirBoundsRefuseToStart() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> predictions(0, _ -> score()))
                .withMessageContaining("millrace.inference.predict.max-concurrent-requests");
    }

    private Predictions predictions(int maxConcurrentRequests, Function<ScoreRow, RowScore> scores) {
        Scoring scoring = (_, rows, _, deadline) -> {
            var answers = new ArrayList<RowScore>();
            rows.forEach(row -> answers.add(scores.apply(row)));
            synchronized (scored) {
                scored.addAll(rows);
                deadlines.add(Duration.ofSeconds(Math.round(deadline.leftNanos() / 1e9)));
            }
            return new ScoredBatch(answers, new ModelIdentity("m", "1", "d"), true, List.of());
        };
        InferenceConfig config = Settings.with(Map.of(
                "predict.max-concurrent-requests", String.valueOf(maxConcurrentRequests), "predict.max-rows", "4"));
        return new Predictions(
                new OnePipeline(), scoring, new Admission(config), config, InstantSource.fixed(NOW), CallLog.NONE);
    }

    private static Predictions.Row row(long asOf) {
        return new Predictions.Row(Map.of(), OptionalLong.of(asOf));
    }

    private static Scored score() {
        return new Scored(0.5, Map.of(), Map.of(), Map.of(), List.of(), "");
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Refusal refused(
            InferenceReason reason,
            Predictions predictions,
            List<Predictions.Row> rows,
            Duration complete,
            Duration deadline) {
        Refusal refusal = catchThrowableOfType(
                Refusal.class, () -> predictions.predict("p", rows, complete, Optional.of(deadline)));
        assertThat(refusal.reason()).isEqualTo(reason);
        return refusal;
    }

    /** Knows every name as the same pipeline. */
    private static final class OnePipeline implements PipelineAdministration {
        @Override
        public List<Outcome> apply(List<DefinitionFile> files) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Outcome> plan(List<DefinitionFile> files, List<ServedFeatures> planned) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<PipelineSummary> list() {
            return List.of();
        }

        @Override
        public void pause(String name) {}

        @Override
        public void resume(String name) {}

        @Override
        public void remove(String name) {}

        @Override
        public Pipeline find(String name) {
            return Pipelines.of(Missing.IMPUTE);
        }
    }
}
