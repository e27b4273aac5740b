package io.millrace.inference.domain.label;

/** Why a record of a label stream became no outcome. */
public enum LeftOut {
    /** A label whose prediction did not come within the delay, or that came when it was settled. */
    UNMATCHED,
    /** A label after its prediction by more than the delay. */
    LATE,
    /** A label that is before its prediction. */
    EARLY,
    /** A label of a prediction that has one. */
    DUPLICATE,
    /** A label that was let go because more waited than may. */
    CROWDED_OUT,
    /** A label that cannot be read; it is a dead letter. */
    UNDECODABLE,
    /** A label or prediction whose event time is further ahead of Kafka's than it may be. */
    FROM_THE_FUTURE,
    /** A prediction of an event that had one: of a pipeline that was moved back, or of another output. */
    PREDICTED_AGAIN,
    /** A prediction that is so much older than what was read before that it is settled. */
    PREDICTED_LATE,
    /** A prediction that was given up without a label because more waited than may; it is an outcome, too. */
    PREDICTION_CROWDED_OUT,
    /** A record of the predictions' topics that is none. */
    NO_PREDICTION,
    /** A shadow's answer that came twice, or whose prediction did not come. */
    SHADOW
}
