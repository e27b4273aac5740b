package io.millrace.features.kernel.format;

import org.jspecify.annotations.Nullable;

/** The schema registry does not answer, or not as one: nothing is wrong with the record, and trying again may help. */
public final class SchemaRegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SchemaRegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
