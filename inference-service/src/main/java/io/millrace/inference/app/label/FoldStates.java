package io.millrace.inference.app.label;

import java.io.IOException;
import java.util.Optional;

/** Where the states of folds are kept, each with the offset that it is of. Each fold of a label stream has one writer at a time. */
public interface FoldStates {
    /**
     * A state that was kept.
     *
     * @param offset all outcomes below it are in the state
     */
    record Kept(long offset, byte[] state) {}

    /** What a state is kept under: another fingerprint, or a topic that was made again, and it is no state of this fold. */
    record Identity(String labels, String fold, String fingerprint, String topicId) {}

    /** The last state that was kept of a fold; empty where there is none, it is of another identity or it is damaged. */
    Optional<Kept> read(Identity of) throws IOException;

    /** Takes the place of the state before: after a crash one or the other is there, whole. */
    void write(Identity of, Kept kept) throws IOException;
}
