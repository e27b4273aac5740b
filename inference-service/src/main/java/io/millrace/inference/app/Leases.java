package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.ensemble.EnsembleUse;
import io.millrace.inference.app.ensemble.HeldEnsembles;
import io.millrace.inference.domain.Pipeline;
import io.millrace.inference.domain.Pipeline.ModelReference;
import jakarta.enterprise.context.ApplicationScoped;

/** Finds what scores the rows of pipelines, a model or an ensemble, and holds it. Thread-safe; never waits for a load. */
@ApplicationScoped
public class Leases implements ModelLeases {
    private final ModelCatalog models;
    private final HeldEnsembles ensembles;

    public Leases(ModelCatalog models, HeldEnsembles ensembles) {
        this.models = models;
        this.ensembles = ensembles;
    }

    /**
     * Holds a model, or an ensemble with a version of each of its models; a model before an ensemble of the same name.
     *
     * @throws Refusal MODEL_NOT_SERVING, MODEL_DOES_NOT_FIT
     */
    @Override
    public ModelLease lease(Pipeline pipeline, ModelReference model) {
        if (models.knows(model.name()) || !ensembles.knows(model.name())) {
            return models.lease(pipeline, model);
        }
        EnsembleUse use;
        try {
            use = ensembles.use(model.name(), model.version());
        } catch (Refusal refusal) {
            throw new Refusal(InferenceReason.MODEL_NOT_SERVING, refusal.getMessage(), refusal);
        }
        ScoringPlan plan = ScoringPlan.of(pipeline, use.definition());
        if (!plan.faults().isEmpty()) {
            use.close();
            throw new Refusal(InferenceReason.MODEL_DOES_NOT_FIT, String.join("; ", plan.faults()));
        }
        return new ModelLease(use, plan);
    }
}
