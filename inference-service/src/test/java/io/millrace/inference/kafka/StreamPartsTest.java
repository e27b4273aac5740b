package io.millrace.inference.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Scoring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Polls that are scored in parts, on a real broker. */
class StreamPartsTest {
    private static final int EVENTS = 30;

    private final FakeScoring scoring = new FakeScoring(Duration.ZERO);
    private Stage stage;

    @BeforeEach
    void open() {
        stage = new Stage();
    }

    @AfterEach
    void close() {
        stage.close();
    }

    @Test
    void thePartsOfAPollAreScoredAtTheSameTimeAndCommittedTogetherInTheOrderOfTheirEvents() {
        stage.makeInput(1);
        stage.send(0, EVENTS);
        stage.flush();
        var both = new CyclicBarrier(2);
        List<Integer> sizes = Collections.synchronizedList(new ArrayList<>());
        Scoring meeting = (pipeline, rows, patience, deadline) -> {
            sizes.add(rows.size());
            meet(both);
            return scoring.score(pipeline, rows, patience, deadline);
        };
        stage.start(stage.pipeline(), Stage.settings(0, 1_000), meeting);
        until(() -> stage.outcomes() == EVENTS);

        stage.assertExactlyOnce();
        assertThat(sizes).containsExactly(15, 15);
        var committed = stage.committed(stage.output);
        assertThat(committed.stream()
                        .map(record -> Stage.json(record).get("prediction").asDouble()))
                .containsExactlyElementsOf(
                        IntStream.range(0, EVENTS).mapToObj(i -> 2.0 * i).toList());
        // No marker of a transaction stands between them.
        assertThat(committed.getLast().offset()).isEqualTo(EVENTS - 1);
    }

    @Test
    void aPartThatCannotBeScoredYetHoldsBackThePollAndNothingIsLostOrTwice() {
        stage.makeInput(1);
        stage.send(0, EVENTS);
        stage.event("a", -2);
        stage.flush();
        var refused = new AtomicInteger();
        Scoring hesitating = (pipeline, rows, patience, deadline) -> {
            if (Long.valueOf(0).equals(rows.getFirst().fields().get("amount")) && refused.getAndIncrement() < 3) {
                throw new Refusal(InferenceReason.FEATURES_UNAVAILABLE, "not yet");
            }
            return scoring.score(pipeline, rows, patience, deadline);
        };
        stage.start(stage.pipeline(), Stage.settings(0, 1_000), hesitating);
        until(() -> stage.outcomes() == EVENTS + 1);

        stage.assertExactlyOnce();
        assertThat(refused.get()).isGreaterThan(3);
        assertThat(stage.committed(stage.deadLetters)).hasSize(1);
    }

    @Test
    void recordsAreWrittenAsTheSettingsSayCompressed() {
        assertThat(Stage.settings(0, 10).producer("p")).containsEntry("compression.type", "lz4");
    }

    private static void meet(CyclicBarrier others) {
        try {
            others.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException("nobody came", e);
        }
    }

    private static void until(BooleanSupplier condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(condition::getAsBoolean);
    }
}
