package io.millrace.inference.domain.label;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Unlabelled;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LabelJoinTest {
    private final JoinRun run = new JoinRun(new Join.Key("id"), Duration.ofNanos(100_000), Duration.ofNanos(20_000), 3);

    @BeforeEach
    void partitions() {
        run.expect("p");
        run.expect("l");
    }

    @Test
    void aLabelAtTheEndOfTheDelayIsInTime() {
        predicted("a", 1_000);
        labelled("a", 1_100);
        predicted("b", 1_000);
        labelled("b", 1_101);

        assertThat(run.outcomes).filteredOn(Labelled.class::isInstance).hasSize(1);
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.LATE, 1));
    }

    @Test
    void aLabelAtItsPredictionsInstantCountsAndOneBeforeDoesNot() {
        predicted("a", 1_000);
        labelled("a", 999);
        labelled("a", 1_000);

        assertThat(run.outcomes).filteredOn(Labelled.class::isInstance).hasSize(1);
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.EARLY, 1));
    }

    @Test
    void theFirstLabelCountsAndAnotherIsCounted() {
        labelled("a", 1_010);
        labelled("a", 1_020);
        predicted("a", 1_000);
        labelled("a", 1_030);

        assertThat(run.outcomes)
                .filteredOn(Labelled.class::isInstance)
                .singleElement()
                .satisfies(outcome -> assertThat(((Labelled) outcome).micros()).isEqualTo(1_010));
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.DUPLICATE, 2));
    }

    @Test
    void aPredictionThatComesAgainIsCountedAndSoIsOneThatIsSettled() {
        predicted("a", 1_000);
        labelled("a", 1_010);
        predicted("a", 1_000);
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.PREDICTED_AGAIN, 1));

        predicted("b", 2_000);
        labelled("c", 2_000);
        run.now.advance(Set.of(), run.now.time().newest());
        predicted("a", 1_000);

        assertThat(run.leftOut).containsEntry(LeftOut.PREDICTED_LATE, 1);
        assertThat(run.outcomes).filteredOn(Predicted.class::isInstance).hasSize(2);
    }

    @Test
    void timeStandsStillWhereAPartitionHasMoreAndGoesOnWhereItIsQuiet() {
        predicted("a", 1_000);
        predicted("b", 5_000);
        run.now.advance(Set.of("p"), run.now.time().newest());
        assertThat(run.outcomes).noneMatch(Unlabelled.class::isInstance);

        run.now.advance(Set.of("p", "l"), run.now.time().newest());
        assertThat(run.outcomes)
                .filteredOn(Unlabelled.class::isInstance)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.prediction().id()).isEqualTo("a"));
    }

    @Test
    void labelsThatAreThereLongBeforeTheirPredictionsWaitForThem() {
        labelled("a", 1_000);
        labelled("z", 1_000_000);
        run.now.advance(Set.of("p", "l"), run.now.time().newest());
        assertThat(run.leftOut).isEmpty();

        predicted("a", 1_000);
        run.now.advance(Set.of("p", "l"), run.now.time().newest());
        assertThat(run.outcomes)
                .filteredOn(Labelled.class::isInstance)
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.prediction().id()).isEqualTo("a"));
    }

    @Test
    void moreThanMayWaitIsLetGoOldestFirstAndCounted() {
        for (int i = 0; i < 5; i++) {
            predicted("p" + i, 1_000 + i);
            labelled("none" + i, 1_000 + i);
        }

        assertThat(run.now.knownPredictions()).isEqualTo(3);
        assertThat(run.now.waitingLabels()).isEqualTo(3);
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.PREDICTION_CROWDED_OUT, 2, LeftOut.CROWDED_OUT, 2));
        assertThat(run.outcomes)
                .filteredOn(Unlabelled.class::isInstance)
                .extracting(outcome -> outcome.prediction().id())
                .containsExactly("p0", "p1");
        predicted("p0", 1_000);
        assertThat(run.leftOut).containsEntry(LeftOut.PREDICTED_LATE, 1);
    }

    @Test
    void aShadowsAnswerSharesItsPredictionsLabelWheneverItComes() {
        run.now.shadowed("a", "before", JoinRun.MODEL, 0.1);
        predicted("a", 1_000);
        labelled("a", 1_010);
        run.now.shadowed("a", "after", JoinRun.MODEL, 0.2);
        run.now.shadowed("a", "after", JoinRun.MODEL, 0.2);

        assertThat(run.outcomes)
                .filteredOn(Labelled.class::isInstance)
                .extracting(outcome -> outcome.prediction().shadow())
                .containsExactly("", "before", "after");
        assertThat(run.leftOut).isEqualTo(Map.of(LeftOut.SHADOW, 1));
    }

    private void predicted(String key, long micros) {
        run.now.predicted("p", JoinRun.prediction(key, key, micros));
    }

    private void labelled(String key, long micros) {
        run.now.labelled("l", "l-" + micros, key, micros, 1, "");
    }
}
