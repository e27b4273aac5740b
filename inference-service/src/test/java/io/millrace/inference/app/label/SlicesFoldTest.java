package io.millrace.inference.app.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.label.LabelStream;
import io.millrace.inference.domain.label.LabelStream.Join;
import io.millrace.inference.domain.label.Outcome;
import io.millrace.inference.domain.label.Outcome.Labelled;
import io.millrace.inference.domain.label.Outcome.Predicted;
import io.millrace.inference.domain.label.Outcome.Prediction;
import io.millrace.inference.sample.LabelStreamsOf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SlicesFoldTest {
    private static final LabelStream LABELS = LabelStreamsOf.of("l", "t", new Join.Key("id"), Duration.ofHours(1));

    /** Predicts 0.2 of everything; a fifth comes true, but of those from ORD on long ways it is two thirds. */
    private static List<Outcome> outcomes(long seed, int rows, boolean alike) {
        var random = new Random(seed);
        var outcomes = new ArrayList<Outcome>();
        for (int i = 0; i < rows; i++) {
            String origin = List.of("ORD", "LAX", "JFK").get(random.nextInt(3));
            double distance = 2_000 * random.nextDouble();
            boolean worse = !alike && origin.equals("ORD") && distance > 1_500;
            boolean label = random.nextDouble() < (worse ? 0.66 : 0.2);
            var values = new HashMap<String, Object>(Map.of("distance", distance));
            if (i % 10 == 0) {
                values.remove("distance");
            }
            var prediction = new Prediction(
                    "in-0-" + i,
                    "k" + i,
                    Map.of("origin", origin),
                    new ModelIdentity("m", i % 2 == 0 ? "1" : "2", "d"),
                    Optional.empty(),
                    i % 2 == 0 ? "" : "next",
                    0.2,
                    i,
                    values);
            outcomes.add(new Predicted(prediction));
            outcomes.add(new Labelled(prediction, label ? 1 : 0, i + 1, ""));
        }
        return outcomes;
    }

    private static SlicesFold folded(List<Outcome> outcomes) {
        var fold = new SlicesFold(LABELS);
        for (int i = 0; i < outcomes.size(); i++) {
            fold.fold(outcomes.get(i), i);
        }
        return fold;
    }

    @Test
    void whatAVersionErrsMoreOfIsNamedWithItsError() {
        List<Outcome> outcomes = outcomes(1, 3_000, false);
        SlicesFold fold = folded(outcomes);
        for (String version : List.of("1", "2")) {
            SlicesFold.ErrorSlice worst = fold.slices("m", version).getFirst();
            assertThat(worst.conditions())
                    .contains("origin = ORD")
                    .hasSize(2)
                    .anyMatch(each -> each.startsWith("distance > "));
            assertThat(worst.of()).isEqualTo(SlicesFold.ROWS);
            assertThat(worst.error()).isGreaterThan(0.8);
            assertThat(worst.standardError()).isBetween(0.01, 0.1);
        }
        assertThat(fold.slices("m", "3")).isEmpty();
    }

    /** The chance that anything is named is 0.01 at most; that it is in more than 3 of 60 streams is below one in a hundred. */
    @Test
    void whereAllErrAlikeNothingIsNamed() {
        int named = 0;
        for (int seed = 0; seed < 60; seed++) {
            named += folded(outcomes(seed, 400, true)).slices("m", "1").isEmpty() ? 0 : 1;
        }
        assertThat(named).isLessThanOrEqualTo(3);
    }

    @Test
    void theErrorOfASliceIsThatOfItsRows() {
        var fold = new SlicesFold(LABELS);
        var bad = new ArrayList<Double>();
        var random = new Random(3);
        for (int i = 0; i < 400; i++) {
            String origin = i % 4 == 0 ? "ORD" : "LAX";
            double value = origin.equals("ORD") ? 0.6 + 0.3 * random.nextDouble() : 0.1;
            if (origin.equals("ORD")) {
                bad.add(-Math.log(1 - value));
            }
            var prediction = new Prediction(
                    "in-0-" + i,
                    "k",
                    Map.of("origin", origin),
                    new ModelIdentity("m", "1", "d"),
                    Optional.empty(),
                    "",
                    value,
                    i,
                    Map.of());
            fold.fold(new Labelled(prediction, 0, i, ""), i);
        }
        assertThat(fold.slices("m", "1")).singleElement().satisfies(slice -> {
            assertThat(slice.conditions()).containsExactly("origin = ORD");
            assertThat(slice.rows()).isEqualTo(100);
            assertThat(slice.error())
                    .isEqualTo(
                            bad.stream()
                                    .mapToDouble(Double::doubleValue)
                                    .average()
                                    .orElseThrow(),
                            within(1e-12));
        });
    }

    @Test
    void aStateThatWasKeptGoesOnToTheByteAndHoldsNoMoreThanItMay() throws IOException {
        List<Outcome> outcomes = outcomes(5, 2 * SlicesFold.ROWS + 900, false);
        SlicesFold whole = folded(outcomes);
        var cut = new SlicesFold(LABELS);
        for (int i = 0; i < outcomes.size(); i++) {
            cut.fold(outcomes.get(i), i);
            if (i % 1_501 == 0) {
                byte[] kept = bytes(cut);
                cut = new SlicesFold(LABELS);
                cut.read(new DataInputStream(new ByteArrayInputStream(kept)));
            }
        }
        assertThat(bytes(cut)).isEqualTo(bytes(whole));
        assertThat(cut.slices("m", "1")).isEqualTo(whole.slices("m", "1")).isNotEmpty();
        assertThat(cut.slices("m", "1").getFirst().of()).isEqualTo(SlicesFold.ROWS);
    }

    private static byte[] bytes(SlicesFold fold) throws IOException {
        var bytes = new ByteArrayOutputStream();
        fold.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
