package io.millrace.backing;

/** A backing service that did not start or stop; the message says which and why in one line. */
public final class BackingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BackingException(String message) {
        super(message);
    }

    public BackingException(String message, Throwable cause) {
        super(message, cause);
    }
}
