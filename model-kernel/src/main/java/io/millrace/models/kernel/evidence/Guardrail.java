package io.millrace.models.kernel.evidence;

/**
 * What a better objective must not cost.
 *
 * @param outcome that is guarded
 * @param tolerance how much worse its mean may get, at least 0, in its own unit
 */
public record Guardrail(Outcome outcome, double tolerance) {
    public Guardrail {
        if (!(tolerance >= 0)) {
            throw new IllegalArgumentException("a tolerance is 0 or more, got " + tolerance);
        }
    }
}
