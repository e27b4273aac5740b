package io.millrace.inference.app;

import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.Route.Picked;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoreRow;
import io.millrace.inference.domain.ScoredBatch.Assigned;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.deploy.Choice;
import io.millrace.inference.telemetry.InferenceMetrics;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** A batch of a pipeline that a deployment splits: which rows go to which arm, and the arms' models, held until this is closed. Not thread-safe. */
final class SplitBatch implements AutoCloseable {
    private final Route route;
    private final List<String> keys;
    private final int[] arms;
    private final Choice[] choices;
    private final Map<Integer, BitSet> rows = new TreeMap<>();
    private final Map<Integer, ModelLease> leases = new TreeMap<>();

    private SplitBatch(
            Route route, Pipeline pipeline, List<ScoreRow> scoreRows, IntFunction<Map<String, Object>> context) {
        this.route = route;
        this.keys = scoreRows.stream().map(row -> route.key(pipeline, row)).toList();
        this.arms = new int[keys.size()];
        this.choices = new Choice[keys.size()];
        for (int row = 0; row < arms.length; row++) {
            int at = row;
            Picked picked = route.pick(keys.get(row), () -> context.apply(at));
            arms[row] = picked.arm();
            choices[row] = picked.choice();
            rows.computeIfAbsent(arms[row], _ -> new BitSet()).set(row);
        }
    }

    /**
     * Splits at least one row.
     *
     * @param context what is known of a row, where its arm hangs on that
     * @throws io.millrace.gate.Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT for any of the arms that are needed
     */
    static SplitBatch open(
            Route route,
            Pipeline pipeline,
            List<ScoreRow> rows,
            ModelLeases leases,
            IntFunction<Map<String, Object>> context) {
        var split = new SplitBatch(route, pipeline, rows, context);
        boolean opened = false;
        try {
            split.rows.keySet().forEach(arm -> split.leases.put(arm, lease(route, arm, pipeline, leases)));
            opened = true;
            return split;
        } finally {
            if (!opened) {
                split.close();
            }
        }
    }

    private static ModelLease lease(Route route, int arm, Pipeline pipeline, ModelLeases leases) {
        try {
            return leases.lease(pipeline, route.model(arm));
        } catch (RuntimeException e) {
            route.tally(arm).refused(e);
            throw e;
        }
    }

    Route route() {
        return route;
    }

    /** What decided the row's arm. */
    String key(int row) {
        return keys.get(row);
    }

    /** The model version of the first row. */
    ModelIdentity first() {
        return lease(arms[0]).identity();
    }

    /** Scores the open rows, each by its arm. */
    void run(Batch batch, Deadline deadline, InferenceMetrics metrics) {
        rows.forEach((arm, of) -> run(arm, of, batch, deadline, metrics));
    }

    private void run(int arm, BitSet of, Batch batch, Deadline deadline, InferenceMetrics metrics) {
        ArmTally tally = route.tally(arm);
        ModelLease model = lease(arm);
        long start = System.nanoTime();
        try {
            batch.run(batch.fill(model.plan(), of), model, deadline, metrics);
        } catch (RuntimeException e) {
            tally.refused(e);
            throw e;
        }
        tally.answered(of.cardinality(), System.nanoTime() - start);
        for (int row = of.nextSetBit(0); row >= 0; row = of.nextSetBit(row + 1)) {
            if (batch.score(row) instanceof Scored scored) {
                tally.scored(scored.prediction());
            }
        }
    }

    /** One for each row. */
    List<Assigned> assigned() {
        var assigned = new ArrayList<Assigned>(arms.length);
        for (int row = 0; row < arms.length; row++) {
            assigned.add(new Assigned(choices[row], lease(arms[row]).identity()));
        }
        return assigned;
    }

    private ModelLease lease(int arm) {
        return Objects.requireNonNull(leases.get(arm), "an arm that has rows is leased");
    }

    @Override
    public void close() {
        leases.values().forEach(ModelLease::close);
    }
}
