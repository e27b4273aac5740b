package io.millrace.inference.app.label;

import io.millrace.inference.domain.label.LeftOut;
import io.millrace.inference.domain.label.Outcome;
import java.util.List;
import java.util.Map;

/** What label streams tell of their work. Thread-safe. */
public interface LabelTelemetry {
    /** Outcomes that folds took. */
    default void folded(String labels, int outcomes) {}

    /** A fold threw. */
    default void foldFailed(String labels) {}

    /** The state of a fold, or what it does outside once that is kept, could not be written. */
    default void notKept(String labels) {}

    /** Outcomes that were committed, and records that became none. */
    default void joined(String labels, List<Outcome> outcomes, Map<LeftOut, Integer> leftOut) {}

    /**
     * What waits now.
     *
     * @param predictions that are remembered
     * @param behind records that are not joined yet; −1 where this replica does not join
     */
    default void waiting(String labels, int predictions, int waitingLabels, long behind) {}

    /** How good predictions are by now. */
    default void quality(String labels, Quality quality) {}

    /** Nothing is made of the labels on this replica any more. */
    default void released(String labels) {}

    /** Tells nobody. */
    LabelTelemetry NONE = new LabelTelemetry() {};
}
