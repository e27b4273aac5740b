package io.millrace.models.kernel.measure;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What was counted of some rows, in a form that can be added to what was counted of others: in any order and grouping the same. */
public interface Tally<S extends Tally<S>> {
    /** Adds what the other counted, and leaves that as it is. */
    void add(S other);

    /** Equal tallies write equal bytes. */
    void write(DataOutput out) throws IOException;

    /** Takes a tally in from the bytes that {@link #write} gave. */
    interface Reader<S extends Tally<S>> {
        S read(DataInput in) throws IOException;
    }
}
