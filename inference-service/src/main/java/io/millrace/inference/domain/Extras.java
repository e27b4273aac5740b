package io.millrace.inference.domain;

/**
 * What a pipeline's predictions carry beside what they always do.
 *
 * @param vector what the model took, and the request fields
 */
public record Extras(boolean vector) {
    /** Nothing. */
    public static final Extras NONE = new Extras(false);

    /** This with the vector. */
    public Extras withVector() {
        return new Extras(true);
    }
}
