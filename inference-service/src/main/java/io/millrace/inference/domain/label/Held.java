package io.millrace.inference.domain.label;

import io.millrace.inference.domain.ScoredBatch.ModelIdentity;

/** What waits for its prediction. */
public sealed interface Held {
    /** Identifies it among all that wait. */
    String place();

    /** Rises in the order in which things began to wait. */
    long order();

    /**
     * A label.
     *
     * @param group the text that its predictions have, by the stream's join
     * @param micros its event time
     * @param source who gave it; empty where the stream does not say
     */
    record Label(String place, long order, String group, long micros, double value, String source) implements Held {}

    /**
     * What a shadow answered.
     *
     * @param id of the prediction that it was made beside
     * @param givenUp once time has come to this, it is not waited for
     */
    record Shadow(long order, String id, String shadow, ModelIdentity model, double value, long givenUp)
            implements Held {
        @Override
        public String place() {
            return id + "/" + shadow;
        }
    }
}
