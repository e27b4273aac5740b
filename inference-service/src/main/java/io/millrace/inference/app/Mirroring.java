package io.millrace.inference.app;

import io.millrace.inference.app.deploy.ArmTally;
import io.millrace.inference.app.deploy.Route;
import io.millrace.inference.app.deploy.ShadowLog;
import io.millrace.inference.app.deploy.Shadows;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.RowScore;
import io.millrace.inference.domain.RowScore.Scored;
import io.millrace.inference.domain.ScoredBatch;
import io.millrace.inference.domain.ServiceEvent;
import io.millrace.inference.domain.deploy.Deployment.Shadow;
import io.millrace.inference.domain.deploy.Split;
import io.millrace.inference.telemetry.InferenceMetrics;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows the scored rows of pipelines to the shadows of their deployment, with the features that were looked up for the answer. */
@ApplicationScoped
public class Mirroring implements Mirror {
    private final Leases leases;
    private final Shadows shadows;
    private final ShadowLog log;
    private final InferenceMetrics metrics;

    public Mirroring(Leases leases, Shadows shadows, ShadowLog log, InferenceMetrics metrics) {
        this.leases = leases;
        this.shadows = shadows;
        this.log = log;
        this.metrics = metrics;
    }

    /** Shows what is in the samples; returns at once. */
    @Override
    public void mirror(SplitBatch split, Pipeline pipeline, Batch batch, ScoredBatch scored) {
        Route route = split.route();
        List<Shadow> all = route.deployment().shadows();
        for (int i = 0; i < all.size(); i++) {
            Shadow shadow = all.get(i);
            String salt = route.deployment().name() + "/" + shadow.name();
            var seen = new ArrayList<Integer>();
            for (int row = 0; row < scored.rows().size(); row++) {
                if (scored.rows().get(row) instanceof Scored && Split.samples(salt, split.key(row), shadow.sample())) {
                    seen.add(row);
                }
            }
            if (!seen.isEmpty()) {
                ArmTally tally = route.shadowTally(i);
                shadows.offer(tally, seen.size(), () -> {
                    Batch mirror = batch.mirror(seen);
                    return deadline -> run(route, shadow, tally, pipeline, mirror, seen, scored, deadline);
                });
            }
        }
    }

    private void run(
            Route route,
            Shadow shadow,
            ArmTally tally,
            Pipeline pipeline,
            Batch mirror,
            List<Integer> seen,
            ScoredBatch scored,
            Deadline deadline) {
        long start = System.nanoTime();
        try (ModelLease model = leases.lease(pipeline, shadow.model())) {
            mirror.run(mirror.fill(model.plan(), mirror.open()), model, deadline, metrics);
            tally.answered(seen.size(), System.nanoTime() - start);
            for (int i = 0; i < seen.size(); i++) {
                Map<String, Object> data = new LinkedHashMap<>();
                data.put("pipeline", pipeline.name());
                scored.choice(seen.get(i)).ifPresent(choice -> data.put("arm", choice.arm()));
                answers(data, mirror.row(i).origin(), scored.rows().get(seen.get(i)), mirror.score(i), tally);
                log.record(ServiceEvent.shadowAnswered(
                        route.deployment().name(), route.revision(), shadow.name(), model.identity(), data));
            }
        }
    }

    private static void answers(
            Map<String, Object> data, String origin, RowScore answered, @Nullable RowScore shadowed, ArmTally tally) {
        data.put("origin", origin);
        if (answered instanceof Scored scored) {
            data.put("entity", scored.entity());
            data.put("answered", scored.prediction());
        }
        switch (shadowed) {
            case Scored scored -> {
                tally.scored(scored.prediction());
                data.put("prediction", scored.prediction());
            }
            case RowScore.Invalid(String reason, String detail) -> data.put("invalid", reason + ": " + detail);
            case null -> data.put("invalid", "not scored");
        }
    }
}
