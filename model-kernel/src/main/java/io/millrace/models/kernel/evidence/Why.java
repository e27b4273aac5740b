package io.millrace.models.kernel.evidence;

/** Why a decision was made, or none. */
public enum Why {
    /** Fewer rows than the plan asks for. */
    TOO_FEW_ROWS,
    /** The interval of the objective still holds both a gain that is worth it and none. */
    OBJECTIVE_OPEN,
    /** The objective is proven, but the interval of a guardrail still reaches beyond its tolerance. */
    GUARDRAIL_OPEN,
    /** The whole interval of the objective lies above the minimum effect. */
    OBJECTIVE_BETTER,
    /** The whole interval of the objective lies below no effect. */
    OBJECTIVE_WORSE,
    /** The whole interval of a guardrail lies beyond its tolerance. */
    GUARDRAIL_BROKEN,
    /** The whole interval of the objective lies below the minimum effect, around no loss: where it seems worse, the test goes on until that is proven. */
    EFFECT_TOO_SMALL,
    /** The arms do not get the shares that were declared: what is compared may differ in more than the model. */
    SAMPLE_RATIO_MISMATCH,
    /** No single mean fits the differences that came: the effect moved while it was measured. */
    EFFECT_MOVED,
    /** The plan's most rows have come, and nothing is proven. */
    ROWS_EXHAUSTED
}
