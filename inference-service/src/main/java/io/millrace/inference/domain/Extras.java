package io.millrace.inference.domain;

import java.util.Optional;

/**
 * What a pipeline's predictions carry beside what they always do.
 *
 * @param vector what the model took, and the request fields
 * @param novelty how unlike the model's reference the row is, and how that is measured
 */
public record Extras(boolean vector, Optional<Novelty> novelty) {
    /** Nothing. */
    public static final Extras NONE = new Extras(false, Optional.empty());

    /** This with the vector. */
    public Extras withVector() {
        return new Extras(true, novelty);
    }
}
