package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.explain.Explaining;
import io.millrace.inference.domain.explain.Contributions;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.util.Collections;
import java.util.List;

/** Which contributions the scores of a batch have. */
interface Explained {
    /** None. */
    Explained NOT = (_, _, _, _) -> List.of();

    /** One for each row that was filled; none where none are wanted. */
    List<Contributions> of(ModelLease model, Batch.Filling filling, double[] predictions, Deadline deadline);

    /** Those that a caller wants, who is refused where they cannot be had. */
    static Explained asked(Explaining explaining, Wanted wanted) {
        return wanted.any()
                ? (model, filling, predictions, deadline) -> explaining.explain(
                        model.use(),
                        filling.tensors().tensors(),
                        predictions,
                        filling.rows().stream().map(Batch.Filled::hash).toList(),
                        wanted,
                        deadline)
                : NOT;
    }

    /** Those that a stream wants, whose predictions go on without them, with the reason in their place, where they cannot be had. */
    static Explained streamed(Explaining explaining, Wanted wanted) {
        if (!wanted.any()) {
            return NOT;
        }
        Explained asked = asked(explaining, wanted);
        return (model, filling, predictions, deadline) -> {
            try {
                return asked.of(model, filling, predictions, deadline);
            } catch (Refusal refusal) {
                explaining.missed(predictions.length);
                return Collections.nCopies(
                        predictions.length,
                        Contributions.missing(refusal.reason().name()));
            }
        };
    }
}
