package io.millrace.inference.domain;

import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.util.Optional;

/**
 * What a pipeline's predictions carry beside what they always do.
 *
 * @param vector what the model took, and the request fields
 * @param novelty how unlike the model's reference the row is, and how that is measured
 * @param contributions what the model's columns contributed
 */
public record Extras(boolean vector, Optional<Novelty> novelty, Wanted contributions) {
    /** Nothing. */
    public static final Extras NONE = new Extras(false, Optional.empty(), Wanted.NONE);

    /** This with the vector. */
    public Extras withVector() {
        return new Extras(true, novelty, contributions);
    }
}
