package io.millrace.registry.domain.validation;

/** The rows are more than one validation may take. */
public final class TooManyRowsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;

    public TooManyRowsException(String message) {
        super(message);
        this.what = message;
    }

    /** Which bound was passed. */
    public String what() {
        return what;
    }
}
