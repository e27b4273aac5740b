package io.millrace.local.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScoresTest {
    @Test
    void aucOfAHandComputedCaseCountsTiesHalf() {
        // Pairs (true, false): 0.9>0.5, 0.9>0.2, 0.9>0.1, 0.5=0.5, 0.5>0.2, 0.5>0.1 → 5.5 of 6.
        Scores scores = scores(new double[] {0.9, 0.5, 0.5, 0.2, 0.1}, new boolean[] {true, true, false, false, false});
        assertThat(scores.auc()).isEqualTo(5.5 / 6);
    }

    @Test
    void aucIsOneForAPerfectOrderAndZeroForTheReverse() {
        assertThat(scores(new double[] {0.1, 0.2, 0.8}, new boolean[] {false, false, true})
                        .auc())
                .isEqualTo(1);
        assertThat(scores(new double[] {0.9, 0.8, 0.1}, new boolean[] {false, false, true})
                        .auc())
                .isZero();
    }

    @Test
    void aucOfOneClassAloneIsNotANumber() {
        assertThat(scores(new double[] {0.1, 0.2}, new boolean[] {true, true}).auc())
                .isNaN();
    }

    @Test
    void logLossOfAHandComputedCase() {
        // −(ln 0.8 + ln 0.6) / 2
        Scores scores = scores(new double[] {0.8, 0.4}, new boolean[] {true, false});
        assertThat(scores.logLoss()).isCloseTo(0.366984587, within(1e-9));
    }

    @Test
    void logLossOfAlwaysSayingTheBaseRateIsTheEntropyOfTheLabels() {
        Scores scores = scores(new double[] {0.5, 0.5, 0.5, 0.5}, new boolean[] {true, false, false, false});
        double entropy = -(0.25 * Math.log(0.25) + 0.75 * Math.log(0.75));
        assertThat(scores.logLossOfConstant(scores.baseRate())).isCloseTo(entropy, within(1e-12));
    }

    @Test
    void aCertainButWrongPredictionCostsALotButNotInfinitelyMuch() {
        assertThat(scores(new double[] {0}, new boolean[] {true}).logLoss()).isBetween(34.0, 35.0);
    }

    @Test
    void whatIsNoProbabilityIsRefused() {
        assertThatThrownBy(() -> new Scores().add(Double.NaN, true)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> new Scores().add(1.1, true)).hasMessageContaining("1.1");
    }

    @Test
    void aucIsTheShareOfPairsInTheRightOrder() {
        qt().forAll(
                        lists().of(integers().between(0, 9)).ofSizeBetween(1, 40),
                        lists().of(integers().between(0, 9)).ofSizeBetween(1, 40))
                .checkAssert((trues, falses) -> {
                    var scores = new Scores();
                    trues.forEach(score -> scores.add(score / 9.0, true));
                    falses.forEach(score -> scores.add(score / 9.0, false));
                    assertThat(scores.auc()).isCloseTo(pairs(trues, falses), within(1e-12));
                });
    }

    private static double pairs(List<Integer> trues, List<Integer> falses) {
        double wins = 0;
        for (int above : trues) {
            for (int below : falses) {
                wins += above > below ? 1 : above == below ? 0.5 : 0;
            }
        }
        return wins / ((double) trues.size() * falses.size());
    }

    private static Scores scores(double[] probabilities, boolean[] labels) {
        var scores = new Scores();
        for (int i = 0; i < labels.length; i++) {
            scores.add(probabilities[i], labels[i]);
        }
        return scores;
    }
}
