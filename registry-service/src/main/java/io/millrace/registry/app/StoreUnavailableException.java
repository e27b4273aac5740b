package io.millrace.registry.app;

/** Postgres did not answer. What was asked of it may be asked again. */
public final class StoreUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String why;

    /**
     * @param why what is wrong, for operators and callers; without addresses or credentials
     */
    public StoreUnavailableException(String why, Throwable cause) {
        super(why, cause);
        this.why = why;
    }

    public StoreUnavailableException(String why) {
        super(why);
        this.why = why;
    }

    public String why() {
        return why;
    }
}
