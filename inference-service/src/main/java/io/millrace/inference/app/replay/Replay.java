package io.millrace.inference.app.replay;

import java.util.List;

/**
 * What making a prediction again gave.
 *
 * @param pipeline whose prediction it is; empty where that is not known
 * @param recorded the prediction as it was written, and {@code rebuilt} as it is made now; empty where there is none
 * @param differences what differs or is gone; empty for {@link Outcome#SAME}
 * @param remarks what is worth knowing although it changed nothing
 */
public record Replay(
        RecordPlace place,
        Outcome outcome,
        String pipeline,
        String key,
        String recorded,
        String rebuilt,
        List<Difference> differences,
        List<String> remarks) {
    public Replay {
        differences = List.copyOf(differences);
        remarks = List.copyOf(remarks);
    }

    /** How a replay ended. */
    public enum Outcome {
        /** Features, the model's input and the prediction are the same, to the bit. */
        SAME,
        DIFFERENT,
        /** Something that it was made of is no longer there. */
        GONE
    }

    /** What a difference is about. */
    public enum What {
        /** The record itself. */
        RECORD,
        /** The event that was scored. */
        EVENT,
        /** The pipeline's definition. */
        PIPELINE,
        /** A version of a feature view, or a feature service. */
        VIEW,
        /** The events up to a position, or of an entity. */
        POSITION,
        FEATURE,
        EVENT_TIME,
        IMPUTED,
        /** The hash of what the model took. */
        VECTOR,
        MODEL,
        /** The definition of an ensemble. */
        ENSEMBLE,
        ENGINE,
        PREDICTION
    }

    /**
     * One difference.
     *
     * @param name of what differs, such as a feature's reference; may be empty
     * @param recorded as the prediction says; empty where it says nothing
     * @param rebuilt as it is now; empty where it is gone
     * @param words the same for people
     */
    public record Difference(What what, String name, String recorded, String rebuilt, String words) {}
}
