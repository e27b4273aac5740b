package io.millrace.inference.app.learn;

import io.millrace.models.kernel.learn.LabelGuard;
import io.millrace.models.kernel.learn.Outcome;
import java.util.Locale;

/** What came of a labelled prediction that was given to learn from. All but {@link #LEARNED} leave the learner as it was. */
public enum LearnResult {
    LEARNED,
    /** The prediction does not know a column that is not imputed. */
    FEATURE_MISSING,
    /** A numeric column holds a text. */
    NOT_A_NUMBER,
    FEATURE_NOT_FINITE,
    FEATURE_TOO_LARGE,
    LABEL_NOT_FINITE,
    LABEL_OUT_OF_RANGE,
    /** The learner's own prediction is not finite. */
    DIVERGED,
    /** The label's source had given its share of the window. */
    OVER_ITS_SHARE,
    /** Nothing is learned until somebody resumes. */
    FROZEN;

    static LearnResult of(LabelGuard.Verdict verdict) {
        return switch (verdict) {
            case LabelGuard.Learned _ -> LEARNED;
            case LabelGuard.OverItsShare _ -> OVER_ITS_SHARE;
            case LabelGuard.Frozen _ -> FROZEN;
            case LabelGuard.Refused(Outcome reason) ->
                switch (reason) {
                    case LEARNED -> LEARNED;
                    case FEATURE_NOT_FINITE -> FEATURE_NOT_FINITE;
                    case FEATURE_TOO_LARGE -> FEATURE_TOO_LARGE;
                    case LABEL_NOT_FINITE -> LABEL_NOT_FINITE;
                    case LABEL_OUT_OF_RANGE -> LABEL_OUT_OF_RANGE;
                    case DIVERGED -> DIVERGED;
                };
        };
    }

    /** The word that metrics and answers have for it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
