package io.millrace.features.kernel.encoding;

/** Bytes that are no state of this version: damaged, or written by a newer Millrace. */
public final class EncodingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EncodingException(String message) {
        super(message);
    }
}
