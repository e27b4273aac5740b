package io.millrace.inference.domain;

import io.millrace.inference.domain.explain.Contributions;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
     * @param vector that row, input by input; none where it is not asked for
     * @param novelty the share of the model's reference, 0 to 1, that is less unlike the rest of it than this row is; NaN where it is not asked for or not known
     * @param contributions of the features; empty where they are not asked for
     */
    record Scored(
            double prediction,
            Map<String, Object> entity,
            Map<String, Object> features,
            Map<String, Long> eventTimeMicros,
            List<String> imputed,
            String vectorHash,
            List<InputRow> vector,
            double novelty,
            Optional<Contributions> contributions)
            implements RowScore {
        /** Of a pipeline that does not ask for the vector. */
        public Scored(
                double prediction,
                Map<String, Object> entity,
                Map<String, Object> features,
                Map<String, Long> eventTimeMicros,
                List<String> imputed,
                String vectorHash) {
            this(
                    prediction,
                    entity,
                    features,
                    eventTimeMicros,
                    imputed,
                    vectorHash,
                    List.of(),
                    Double.NaN,
                    Optional.empty());
        }
    }

    /**
     * What an input of a model took of one row.
     *
     * @param values of its columns, in order: a Double of floats of all widths, each exactly what the model took, a String of texts, else a Long
     */
    record InputRow(String name, Datatype datatype, List<Object> values) {
        public InputRow {
            values = List.copyOf(values);
        }
    }

    /** The row cannot be scored, now or ever: a missing key or field, a wrong type, a refused missing feature, a prediction that is not finite. */
    record Invalid(String reason, String detail) implements RowScore {}
}
