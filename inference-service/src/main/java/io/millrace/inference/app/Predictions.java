package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.config.InferenceConfig;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore.Invalid;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.explain.Contributions.Wanted;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Predictions on request: all rows or none, with the same scoring as the streams. */
@ApplicationScoped
public class Predictions {
    /** What one call may hold, whatever is set. */
    private static final int MAX_ROWS = 10_000;

    private static final int MAX_ID = 1_000;

    private final PipelineAdministration pipelines;
    private final Scoring scoring;
    private final Admission admission;
    private final InferenceConfig.Predict limits;
    private final InstantSource clock;
    private final CallLog calls;

    /** A row; features are read as of now where no instant is given. */
    public record Row(Map<String, Object> fields, OptionalLong asOfMicros) {}

    /**
     * The rows' predictions, in order, by one model version or by those that a deployment chose.
     *
     * @param service {@link ScoredBatch#service}
     * @param assigned {@link ScoredBatch#assigned}
     */
    public record Answer(
            List<Scored> rows,
            ModelIdentity model,
            boolean complete,
            Optional<String> service,
            List<Assigned> assigned) {}

    public Predictions(
            PipelineAdministration pipelines,
            Scoring scoring,
            Admission admission,
            InferenceConfig config,
            InstantSource clock,
            CallLog calls) {
        this.pipelines = pipelines;
        this.admission = admission;
        this.scoring = scoring;
        this.limits = config.predict();
        this.clock = clock;
        this.calls = calls;
        if (limits.maxRows() < 1 || limits.maxRows() > MAX_ROWS) {
            throw new IllegalArgumentException(
                    "millrace.inference.predict.max-rows must be 1 to " + MAX_ROWS + ", was " + limits.maxRows());
        }
    }

    /**
     * Predicts.
     *
     * @param complete how long to wait for complete features; zero: do not ask
     * @param deadline the caller's, where it has one
     * @throws Refusal what {@link Scoring#score} throws; PIPELINE_NOT_FOUND, BUSY, INVALID_REQUEST; and where a row is invalid the first such
     *     row's reason, with one detail per invalid row ({@code where} is {@code rows[i]})
     */
    public Answer predict(String pipeline, List<Row> rows, Duration complete, Optional<Duration> deadline) {
        return predict(pipeline, rows, complete, deadline, Caller.PATIENT);
    }

    /** The same for a caller who may go away. */
    public Answer predict(
            String pipeline, List<Row> rows, Duration complete, Optional<Duration> deadline, Caller caller) {
        return predict(pipeline, rows, complete, deadline, caller, "");
    }

    /**
     * The same for a caller who says which request it is.
     *
     * @param id empty where there is none; else a deployment that keeps requests together sends all with this id to one arm
     */
    public Answer predict(
            String pipeline, List<Row> rows, Duration complete, Optional<Duration> deadline, Caller caller, String id) {
        return predict(pipeline, rows, complete, deadline, caller, id, Wanted.NONE);
    }

    /**
     * The same with contributions to each prediction.
     *
     * @throws Refusal INVALID_REQUEST for more rows than are explained in one call, DEADLINE_EXCEEDED where sampling takes longer
     */
    public Answer predict(
            String pipeline,
            List<Row> rows,
            Duration complete,
            Optional<Duration> deadline,
            Caller caller,
            String id,
            Wanted contributions) {
        check(rows, complete);
        if (id.length() > MAX_ID) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "an id has at most " + MAX_ID + " characters, had " + id.length());
        }
        Pipeline found = pipelines.find(pipeline);
        Deadline bound = admission.deadline(deadline, complete, caller);
        try (var _ = admission.enter(caller)) {
            return answer(found, id, scoreRows(rows, id), complete, bound, contributions);
        }
    }

    /** The same within a request that was admitted already; its id is empty where it has none. */
    public Answer predict(Pipeline pipeline, String id, List<Row> rows, Duration complete, Deadline deadline) {
        check(rows, complete);
        return answer(pipeline, id, scoreRows(rows, id), complete, deadline, Wanted.NONE);
    }

    private Answer answer(
            Pipeline pipeline,
            String id,
            List<ScoreRow> rows,
            Duration complete,
            Deadline deadline,
            Wanted contributions) {
        if (!calls.wants(pipeline.name())) {
            return answer(scoring.score(pipeline, rows, complete, deadline, contributions));
        }
        long start = System.nanoTime();
        try {
            Answer answer = answer(scoring.score(pipeline, rows, complete, deadline, contributions));
            calls.predicted(new CallLog.Prediction(pipeline, id, rows, answer, "OK", System.nanoTime() - start));
            return answer;
        } catch (Refusal refusal) {
            String why = refusal.reason().name();
            calls.predicted(new CallLog.Prediction(pipeline, id, rows, null, why, System.nanoTime() - start));
            throw refusal;
        }
    }

    private void check(List<Row> rows, Duration complete) {
        if (rows.isEmpty()) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "at least one row is needed");
        }
        if (rows.size() > limits.maxRows()) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "at most " + limits.maxRows() + " rows, were " + rows.size());
        }
        if (complete.isNegative() || complete.compareTo(limits.maxCompleteWait()) > 0) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST,
                    "complete_within must be 0 to " + limits.maxCompleteWait() + ", was " + complete);
        }
    }

    private List<ScoreRow> scoreRows(List<Row> rows, String id) {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        String call =
                id.isEmpty() ? Long.toHexString(ThreadLocalRandom.current().nextLong()) : id;
        var scoreRows = new ArrayList<ScoreRow>(rows.size());
        for (Row row : rows) {
            scoreRows.add(new ScoreRow(row.fields(), row.asOfMicros().orElse(now), call));
        }
        return scoreRows;
    }

    private static Answer answer(ScoredBatch batch) {
        var scored = new ArrayList<Scored>(batch.rows().size());
        var faults = new ArrayList<Refusal.Detail>();
        @Nullable Invalid first = null;
        for (int i = 0; i < batch.rows().size(); i++) {
            switch (batch.rows().get(i)) {
                case Scored row -> scored.add(row);
                case Invalid row -> {
                    faults.add(new Refusal.Detail("rows[" + i + "]", row.reason() + ": " + row.detail()));
                    first = first == null ? row : first;
                }
            }
        }
        if (first != null) {
            throw new Refusal(
                    InferenceReason.valueOf(first.reason()), faults.getFirst().where() + ": " + first.detail(), faults);
        }
        return new Answer(scored, batch.model(), batch.complete(), batch.service(), batch.assigned());
    }
}
