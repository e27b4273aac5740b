package io.millrace.models.kernel.evidence;

/** What is to be done with a challenger. All but HOLD are final. */
public enum Decision {
    /** Go on: nothing is proven. */
    HOLD,
    /** The challenger is better by the minimum effect at least, and no guardrail is broken. */
    PROMOTE,
    /** The challenger is worse, or breaks a guardrail. */
    ROLL_BACK,
    /** The test cannot or need not decide: the champion stays. */
    STOPPED
}
