package io.millrace.inference.app;

import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import java.time.Duration;
import java.util.List;

/** Scores rows for a pipeline: one batched feature look-up, one batched run of the model. The stream and the request side call this and nothing else. */
public interface Scoring {
    /**
     * Scores rows, in order. Repeatable: it changes nothing.
     *
     * @param complete how long to wait for complete features; zero: do not ask
     * @param deadline of the whole call; its caller may go away
     * @throws io.millrace.gate.Refusal for what is no row's fault: features cannot be read (UNAVAILABLE, DEADLINE_EXCEEDED), no model
     *     version serves (FAILED_PRECONDITION), an unknown view or feature (NOT_FOUND), overload (RESOURCE_EXHAUSTED)
     */
    ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline deadline);

    /** The same with contributions to the predictions that the caller, and not the pipeline, asks for; they take as long as the deadline lets them. */
    default ScoredBatch score(
            Pipeline pipeline, List<ScoreRow> rows, Duration complete, Deadline deadline, Wanted contributions) {
        if (contributions.any()) {
            throw new UnsupportedOperationException("this way of scoring explains nothing");
        }
        return score(pipeline, rows, complete, deadline);
    }

    /** The same within {@code deadline} from now. */
    default ScoredBatch score(Pipeline pipeline, List<ScoreRow> rows, Duration complete, Duration deadline) {
        return score(pipeline, rows, complete, new Deadline(deadline));
    }
}
