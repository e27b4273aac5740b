package io.millrace.models.kernel.statistics;

import java.util.function.DoubleUnaryOperator;

/**
 * Tails and quantiles of the distributions that tests here are held to. Relative accuracy some 1e−12 for parameters up to 10^6. Series and continued fractions as in Abramowitz and Stegun 1964,
 * sections 6.1, 6.5, 26.5, evaluated by Lentz's method (Thompson and Barnett 1986).
 */
public final class Distributions {
    private static final double TINY = 1e-300;
    private static final double EPSILON = 1e-15;
    private static final int MOST_TERMS = 100_000;
    private static final double HALF_LOG_TWO_PI = 0.91893853320467274178;

    private Distributions() {}

    /** ln Γ(x) for x > 0: Stirling's series above 10, the recurrence below. */
    public static double logGamma(double x) {
        if (!(x > 0)) {
            throw new IllegalArgumentException("ln Γ is taken above 0, got " + x);
        }
        double shift = 0;
        double at = x;
        while (at < 10) {
            shift += StrictMath.log(at);
            at++;
        }
        double inverse = 1 / at;
        double square = inverse * inverse;
        double series = inverse
                * (1.0 / 12
                        - square
                                * (1.0 / 360
                                        - square
                                                * (1.0 / 1260
                                                        - square
                                                                * (1.0 / 1680
                                                                        - square
                                                                                * (1.0 / 1188
                                                                                        - square * 691.0 / 360360)))));
        return (at - 0.5) * StrictMath.log(at) - at + HALF_LOG_TWO_PI + series - shift;
    }

    /** P(Z ≤ z) of a standard normal. */
    public static double normalBelow(double z) {
        double tail = gammaAbove(0.5, z * z / 2) / 2;
        return z > 0 ? 1 - tail : tail;
    }

    /** The z below which a standard normal lies with this chance, between 0 and 1. */
    public static double normalQuantile(double chance) {
        requireChance(chance);
        return chance > 0.5
                ? -normalQuantile(1 - chance)
                : chance == 0.5 ? 0 : root(Distributions::normalBelow, chance, -40, 0);
    }

    /** P(X > x) of a chi-square with so many degrees of freedom. */
    public static double chiSquareAbove(double x, double degrees) {
        return x <= 0 ? 1 : gammaAbove(degrees / 2, x / 2);
    }

    /** The x that a chi-square exceeds with this chance, between 0 and 1. */
    public static double chiSquareCritical(double chance, double degrees) {
        requireChance(chance);
        double high = degrees + 1;
        while (chiSquareAbove(high, degrees) > chance) {
            high *= 2;
        }
        return root(x -> -chiSquareAbove(x, degrees), -chance, 0, high);
    }

    /** P(X ≤ x) of a beta distribution. */
    public static double betaBelow(double x, double a, double b) {
        return betaBelow(x, a, b, logBeta(a, b));
    }

    /** ln B(a, b), for {@link #betaBelow(double, double, double, double)} at many places. */
    public static double logBeta(double a, double b) {
        return logGamma(a) + logGamma(b) - logGamma(a + b);
    }

    /** P(X ≤ x) of a beta distribution whose ln B(a, b) is known. */
    public static double betaBelow(double x, double a, double b, double logBeta) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        double front = StrictMath.exp(a * StrictMath.log(x) + b * StrictMath.log1p(-x) - logBeta);
        return x < (a + 1) / (a + b + 2)
                ? front * betaFraction(x, a, b) / a
                : 1 - front * betaFraction(1 - x, b, a) / b;
    }

    /**
     * P(D ≥ d) of the largest distance between the distribution functions of two samples that come from one distribution (Kolmogorov 1933, Smirnov 1948), with the correction of Stephens 1970 for finite
     * samples.
     */
    public static double kolmogorovAbove(double distance, double n, double m) {
        double root = Math.sqrt(n * m / (n + m));
        double scaled = (root + 0.12 + 0.11 / root) * distance;
        if (scaled < 0.2) {
            return 1;
        }
        double sum = 0;
        for (int k = 1; k <= 100; k++) {
            double term = StrictMath.exp(-2.0 * k * k * scaled * scaled);
            sum += (k % 2 == 1 ? 2 : -2) * term;
            if (term < EPSILON) {
                break;
            }
        }
        return Math.min(1, Math.max(0, sum));
    }

    /** The regularised upper incomplete gamma function Q(a, x). */
    static double gammaAbove(double a, double x) {
        if (x <= 0) {
            return 1;
        }
        double front = StrictMath.exp(a * StrictMath.log(x) - x - logGamma(a));
        return x < a + 1 ? 1 - front * gammaSeries(a, x) : front * gammaFraction(a, x);
    }

    private static double gammaSeries(double a, double x) {
        double term = 1 / a;
        double sum = term;
        for (int n = 1; n < MOST_TERMS && term > sum * EPSILON; n++) {
            term *= x / (a + n);
            sum += term;
        }
        return sum;
    }

    private static double gammaFraction(double a, double x) {
        double b = x + 1 - a;
        double c = 1 / TINY;
        double d = 1 / b;
        double fraction = d;
        for (int n = 1; n < MOST_TERMS; n++) {
            double numerator = -n * (n - a);
            b += 2;
            d = 1 / away(numerator * d + b);
            c = away(b + numerator / c);
            fraction *= c * d;
            if (Math.abs(c * d - 1) < EPSILON) {
                break;
            }
        }
        return fraction;
    }

    private static double betaFraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int n = 1; n < MOST_TERMS; n++) {
            double even = n * (b - n) * x / ((a + 2 * n - 1) * (a + 2 * n));
            d = 1 / away(1 + even * d);
            c = away(1 + even / c);
            fraction *= c * d;
            double odd = -(a + n) * (a + b + n) * x / ((a + 2 * n) * (a + 2 * n + 1));
            d = 1 / away(1 + odd * d);
            c = away(1 + odd / c);
            fraction *= c * d;
            if (Math.abs(c * d - 1) < EPSILON) {
                break;
            }
        }
        return fraction;
    }

    private static double away(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }

    private static double root(DoubleUnaryOperator rising, double wanted, double from, double to) {
        double low = from;
        double high = to;
        for (int i = 0; i < 200 && low < high; i++) {
            double middle = (low + high) / 2;
            if (middle == low || middle == high) {
                break;
            }
            if (rising.applyAsDouble(middle) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    private static void requireChance(double chance) {
        if (!(chance > 0 && chance < 1)) {
            throw new IllegalArgumentException("a chance lies between 0 and 1, got " + chance);
        }
    }
}
