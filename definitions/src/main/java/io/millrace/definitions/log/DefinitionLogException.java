package io.millrace.definitions.log;

import org.jspecify.annotations.Nullable;

/** Definitions that could not be written to their log. Whether they were may be unknown; writing them again is safe. */
public final class DefinitionLogException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DefinitionLogException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
