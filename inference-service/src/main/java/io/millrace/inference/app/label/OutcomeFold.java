package io.millrace.inference.app.label;

import io.millrace.inference.domain.label.Outcome;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Something that is made of the outcomes of a label stream, one after the other in the one order of their topic: a measure, a model that learns, an experiment. Its state is kept together with the offset behind the
 * last outcome that is in it, so that after a crash it goes on as one that was never stopped. All methods but those that read for others are called by one thread.
 */
public interface OutcomeFold {
    /** Unique among the folds of a label stream; lower-case letters, digits, '-' and '.'. State is kept under it. */
    String name();

    /** What the state was made under, such as a digest of the definition: state of another is thrown away and made anew from the first outcome that is there. */
    String fingerprint();

    /** Takes the next outcome. Depends on nothing but the state and the outcome: no clock, no unseeded randomness. */
    void fold(Outcome outcome, long offset);

    void write(DataOutput out) throws IOException;

    void read(DataInput in) throws IOException;

    /** Whether the state is to be kept now rather than with the next that are due, as before something is published that rests on it. */
    default boolean isDue() {
        return false;
    }

    /**
     * The state is kept, with all outcomes below the offset. What the fold does outside, it does here, and so that doing it twice does no harm: after a crash between keeping and this it is called again with the same state.
     */
    default void kept(long offset) {}
}
