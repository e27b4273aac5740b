package io.millrace.inference.domain;

import java.util.List;
import java.util.Map;

/** What scoring one row gave. A row's own fault is an answer; it never fails the other rows. */
public sealed interface RowScore {
    /**
     * A prediction and what it was made of.
     *
     * @param entity join keys with their values
     * @param features value by feature reference (Double, Long, String or Boolean) as the store gave it, in the pipeline's order; absent where it was missing
     * @param eventTimeMicros event time by feature reference, in the same order; absent where it was missing
     * @param imputed references whose declared value stood in, in the pipeline's order
     * @param vectorHash SHA-256, lower-case hex, of the model's input row: its tensors' bytes in the model's input order, little-endian
     */
    record Scored(
            double prediction,
            Map<String, Object> entity,
            Map<String, Object> features,
            Map<String, Long> eventTimeMicros,
            List<String> imputed,
            String vectorHash)
            implements RowScore {}

    /** The row cannot be scored, now or ever: a missing key or field, a wrong type, a refused missing feature, a prediction that is not finite. */
    record Invalid(String reason, String detail) implements RowScore {}
}
