package io.millrace.models.kernel.drift;

import java.io.DataOutput;
import java.io.IOException;

/** Watches the mean of a stream of numbers, in bounded memory. What it says follows from the values and their order alone. For one thread. */
public interface ChangeDetector {
    /**
     * Takes the next value.
     *
     * @return whether the mean has changed, said once for each change
     * @throws IllegalArgumentException when the value is NaN or infinite; the state is as before
     */
    boolean update(double value);

    /** The whole state, from which the class's {@code read} makes a detector that goes on to the bit. */
    void write(DataOutput out) throws IOException;
}
