package io.millrace.inference.app;

import io.millrace.inference.app.explain.ModelExplainer;
import io.millrace.inference.app.queue.Lanes;
import io.millrace.inference.app.queue.ModelLane;
import io.millrace.inference.app.watch.RegisteredReference;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** A loaded model that is closed when the catalog and the last of its users have let go of it. Thread-safe. */
final class ServedModel {
    private static final Logger LOG = Logger.getLogger(ServedModel.class);

    private final ModelDefinition definition;
    private final LoadedModel loaded;
    private final ModelLane lane;
    private final ModelIdentity identity;
    private final ModelExplainer explainer;
    private final ModelTally tally = new ModelTally();
    private final Map<String, ScoringPlan> plans = new ConcurrentHashMap<>();
    /** The users, the catalog itself among them; 0 once closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private final Optional<RegisteredReference> reference;
    private final String signer;

    ServedModel(ModelFile file, LoadedModel loaded, Lanes lanes, Optional<RegisteredReference> reference) {
        this.reference = reference;
        this.signer = file.signer();
        this.definition = file.definition();
        this.loaded = loaded;
        this.explainer = new ModelExplainer(definition, file.golden(), loaded.reading());
        this.identity =
                new ModelIdentity(definition.name(), definition.version(), definition.digest(), loaded.engine());
        this.lane = lanes.lane(definition, loaded, tally, new ModelLane.Hold() {
            @Override
            public void acquire() {
                users.incrementAndGet();
            }

            @Override
            public void release() {
                ServedModel.this.release();
            }
        });
    }

    ModelDefinition definition() {
        return definition;
    }

    ModelIdentity identity() {
        return identity;
    }

    Optional<RegisteredReference> reference() {
        return reference;
    }

    String signer() {
        return signer;
    }

    ModelExplainer explainer() {
        return explainer;
    }

    Signature signature() {
        return loaded.signature();
    }

    /** For whoever holds it loaded. */
    LoadedModel loaded() {
        return loaded;
    }

    ModelTally tally() {
        return tally;
    }

    /** See {@link ModelUse#infer}. */
    Inferred infer(List<Tensor> inputs, int rows, Deadline deadline) {
        return lane.infer(inputs, rows, deadline);
    }

    ModelLane lane() {
        return lane;
    }

    /** How this model is fed from the pipeline; kept as long as the pipeline is the same object. */
    ScoringPlan plan(Pipeline pipeline) {
        ScoringPlan known = plans.get(pipeline.name());
        if (known != null && known.isOf(pipeline)) {
            return known;
        }
        ScoringPlan made = ScoringPlan.of(pipeline, definition)
                .with(pipeline.extras()
                        .novelty()
                        .flatMap(kind -> reference.flatMap(rows -> rows.novelty(kind)))
                        .orElse(null));
        plans.put(pipeline.name(), made);
        if (!made.faults().isEmpty()) {
            LOG.warnf("Pipeline %s cannot use %s: %s", pipeline.name(), identity, String.join("; ", made.faults()));
        }
        return made;
    }

    /** False where the model was closed meanwhile. */
    boolean acquire() {
        return users.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
    }

    void release() {
        if (users.decrementAndGet() == 0) {
            loaded.close();
        }
    }
}
