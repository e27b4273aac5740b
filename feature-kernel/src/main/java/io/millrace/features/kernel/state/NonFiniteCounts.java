package io.millrace.features.kernel.state;

import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;

/** How often a state of doubles met NaN and each infinity. It is written as an octet: 0 of none at all, else 1 and the three counts. */
abstract sealed class NonFiniteCounts permits QuantileState, RealSumState {
    long nans;
    long positiveInfinities;
    long negativeInfinities;

    /** Counts a number that is not finite. */
    final void countNonFinite(double value) {
        if (Double.isNaN(value)) {
            nans++;
        } else if (value > 0) {
            positiveInfinities++;
        } else {
            negativeInfinities++;
        }
    }

    final void mergeNonFinite(NonFiniteCounts other) {
        nans += other.nans;
        positiveInfinities += other.positiveInfinities;
        negativeInfinities += other.negativeInfinities;
    }

    final void readNonFinite(ByteReader in) {
        if (in.octet() != 0) {
            nans = in.unsigned();
            positiveInfinities = in.unsigned();
            negativeInfinities = in.unsigned();
        }
    }

    final void writeNonFinite(ByteWriter out) {
        boolean any = (nans | positiveInfinities | negativeInfinities) != 0;
        out.octet(any ? 1 : 0);
        if (any) {
            out.unsigned(nans);
            out.unsigned(positiveInfinities);
            out.unsigned(negativeInfinities);
        }
    }
}
