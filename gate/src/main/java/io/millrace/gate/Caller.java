package io.millrace.gate;

/** Who makes a call. */
public record Caller(String name) {
    /** The caller where identification is switched off. */
    public static final Caller ANONYMOUS = new Caller("anonymous");
}
