package io.millrace.features.kernel.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.state.Fold;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Features that share a state answer what each of them alone would. */
class SharedStatesProperties {
    private final ViewPlan together = ViewPlan.of(ManyWindows.VIEW);
    private final List<ViewPlan> alone = IntStream.range(
                    0, ManyWindows.VIEW.features().size())
            .mapToObj(i -> ViewPlan.of(ManyWindows.VIEW.only(new int[] {i})))
            .toList();

    @Test
    void everyFeatureIsWhatItWouldBeAlone() {
        qt().withExamples(200)
                .forAll(ManyWindows.events(), ManyWindows.instants())
                .checkAssert((events, asOf) -> {
                    var tiles = new TiledRow(together);
                    events.forEach(tiles::apply);
                    RowAnswer answer = tiles.read(asOf);
                    var values = new ArrayList<@Nullable FeatureValue>();
                    for (ViewPlan plan : alone) {
                        var own = new TiledRow(plan);
                        events.forEach(own::apply);
                        if (own.read(asOf) instanceof RowAnswer.Row(var one, long _, boolean _)) {
                            values.add(one.getFirst());
                        }
                    }
                    assertThat(answer instanceof RowAnswer.Row(var all, long _, boolean _) ? all : List.of())
                            .isEqualTo(values);
                });
    }

    @Test
    void whatDiffersInKOrCategoriesAloneIsKeptOnce() {
        assertThat(together.folds().stream().filter(fold -> fold.kind() == Fold.Kind.LAST_K))
                .singleElement()
                .extracting(Fold::limit)
                .isEqualTo(5);
        assertThat(together.folds().stream().filter(fold -> fold.kind() == Fold.Kind.FIRST_K))
                .singleElement()
                .extracting(Fold::limit)
                .isEqualTo(2);
        assertThat(together.folds().stream().filter(fold -> fold.kind() == Fold.Kind.CATEGORIES))
                .as("one with a condition and one without")
                .extracting(Fold::limit)
                .containsExactlyInAnyOrder(1_000, 5);
    }

    @Test
    void theStoresHearOfItWhereStatesKeepMoreThanTheirFeaturesSay() {
        assertThat(together.layout()).startsWith("shared ").contains(":5", ":1000");
        assertThat(alone).allSatisfy(plan -> assertThat(plan.layout()).isEmpty());
    }
}
