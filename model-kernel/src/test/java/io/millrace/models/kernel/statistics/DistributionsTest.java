package io.millrace.models.kernel.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Values of tables and closed forms. */
class DistributionsTest {
    @Test
    void logGammaIsThatOfFactorialsAndOfAHalf() {
        double factorial = 0;
        for (int n = 2; n <= 200; n++) {
            factorial += Math.log(n);
            assertThat(Distributions.logGamma(n + 1)).isCloseTo(factorial, within(1e-12 * factorial));
        }
        assertThat(Distributions.logGamma(0.5)).isCloseTo(Math.log(Math.PI) / 2, within(1e-14));
        assertThat(Distributions.logGamma(1)).isCloseTo(0, within(1e-14));
    }

    @Test
    void normalIsThatOfTheTables() {
        assertThat(Distributions.normalBelow(1.96)).isCloseTo(0.9750021048517795, within(1e-14));
        assertThat(Distributions.normalBelow(-6)).isCloseTo(9.865876450376981e-10, within(1e-21));
        assertThat(Distributions.normalQuantile(0.975)).isCloseTo(1.959963984540054, within(1e-12));
        assertThat(Distributions.normalQuantile(0.001)).isCloseTo(-3.090232306167813, within(1e-12));
    }

    @Test
    void chiSquareOfTwoDegreesIsExponentialAndOthersAreThoseOfTheTables() {
        for (double x = 0.1; x < 60; x *= 1.7) {
            assertThat(Distributions.chiSquareAbove(x, 2)).isCloseTo(Math.exp(-x / 2), within(1e-14));
        }
        assertThat(Distributions.chiSquareCritical(0.05, 9)).isCloseTo(16.918977604620448, within(1e-9));
        assertThat(Distributions.chiSquareCritical(0.01, 1)).isCloseTo(6.634896601021213, within(1e-9));
    }

    @Test
    void betaIsABinomialTail() {
        // P(Beta(a, b) <= x) = P(Bin(a + b - 1, x) >= a)
        double tail = 0;
        for (int k = 4; k <= 10; k++) {
            tail += choose(10, k) * Math.pow(0.3, k) * Math.pow(0.7, 10 - k);
        }
        assertThat(Distributions.betaBelow(0.3, 4, 7)).isCloseTo(tail, within(1e-14));
        assertThat(Distributions.betaBelow(0.501, 500_000, 500_000)).isCloseTo(0.9772498, within(1e-5));
    }

    private static double choose(int n, int k) {
        double value = 1;
        for (int i = 1; i <= k; i++) {
            value = value * (n - k + i) / i;
        }
        return value;
    }

    @Test
    void kolmogorovsTailIsThatOfHisTable() {
        // Q(1.3581) = 0.05 for large samples
        assertThat(Distributions.kolmogorovAbove(1.3581 / Math.sqrt(5e7), 1e8, 1e8))
                .isCloseTo(0.05, within(1e-4));
    }
}
