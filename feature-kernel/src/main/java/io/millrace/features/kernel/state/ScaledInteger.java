package io.millrace.features.kernel.state;

import java.math.BigInteger;

/** The number unscaled · 2^exponent. Quotients are of numbers that are not negative. */
record ScaledInteger(BigInteger unscaled, int exponent) {
    /** Bits of a quotient: those of a double, one to round by, and more below that say whether it is a tie. */
    private static final int QUOTIENT_BITS = 66;

    ScaledInteger scaled(int by) {
        return new ScaledInteger(unscaled, exponent + by);
    }

    ScaledInteger times(BigInteger factor) {
        return new ScaledInteger(unscaled.multiply(factor), exponent);
    }

    ScaledInteger plus(ScaledInteger other) {
        int lower = Math.min(exponent, other.exponent);
        return new ScaledInteger(
                unscaled.shiftLeft(exponent - lower).add(other.unscaled.shiftLeft(other.exponent - lower)), lower);
    }

    ScaledInteger minus(ScaledInteger other) {
        return plus(new ScaledInteger(other.unscaled.negate(), other.exponent));
    }

    /** The quotient, rounded once to the nearest double (twice where it is subnormal); 0 of 0, an infinity beyond the doubles. */
    double dividedBy(BigInteger divisor) {
        ScaledInteger quotient = quotient(divisor);
        return Math.scalb(quotient.unscaled.doubleValue(), quotient.exponent);
    }

    /** The square root of the quotient rounded to 53 bits, rounded to the nearest double, however small or large the quotient is. */
    double rootDividedBy(BigInteger divisor) {
        ScaledInteger quotient = quotient(divisor);
        int odd = quotient.exponent & 1;
        double root = Math.sqrt(Math.scalb(quotient.unscaled.doubleValue(), odd));
        return Math.scalb(root, (quotient.exponent - odd) / 2);
    }

    /** At most 66 bits of the quotient, the last one set where there is something behind them: a double of it is rounded right. */
    private ScaledInteger quotient(BigInteger divisor) {
        int shift = Math.max(0, QUOTIENT_BITS - (unscaled.bitLength() - divisor.bitLength()));
        BigInteger[] parts = unscaled.shiftLeft(shift).divideAndRemainder(divisor);
        BigInteger quotient = parts[1].signum() == 0 ? parts[0] : parts[0].setBit(0);
        int above = Math.max(0, quotient.bitLength() - QUOTIENT_BITS);
        BigInteger kept = quotient.shiftRight(above);
        if (above > 0 && quotient.getLowestSetBit() < above) {
            kept = kept.setBit(0);
        }
        return new ScaledInteger(kept, exponent - shift + above);
    }
}
