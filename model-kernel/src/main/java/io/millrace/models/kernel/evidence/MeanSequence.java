package io.millrace.models.kernel.evidence;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * An interval around the mean of a stream that holds the true mean at all moments at once with chance 1 − α: it may be looked at after every observation, and a look costs nothing. Not thread-safe.
 */
sealed interface MeanSequence permits EmpiricalBernstein, AsymptoticSequence {
    void add(double value);

    long count();

    /** The mean of what came; NaN of nothing. */
    double estimate();

    double lower();

    double upper();

    /** How many values lay outside the declared range and were moved to its edge. */
    long clipped();

    /** True where no mean fits all that was seen: what was taken for one mean has moved. */
    boolean contradicted();

    void write(DataOutput out) throws IOException;

    /** A sequence that was written. */
    static MeanSequence read(DataInput in) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case EmpiricalBernstein.KIND -> EmpiricalBernstein.readRest(in);
            case AsymptoticSequence.KIND -> AsymptoticSequence.readRest(in);
            default -> throw new IOException("no confidence sequence of kind " + kind);
        };
    }
}
