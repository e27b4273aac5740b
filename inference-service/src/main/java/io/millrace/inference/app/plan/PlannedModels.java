package io.millrace.inference.app.plan;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.Deadline;
import io.millrace.inference.app.HeldModel;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelCatalog;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.app.PlannedScoring;
import io.millrace.inference.app.definition.Definitions;
import io.millrace.inference.app.explain.ModelExplainer;
import io.millrace.inference.app.replay.ReplayModels;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.Pipeline.ModelReference;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.VersionOrder;
import io.millrace.inference.domain.ensemble.Ensemble;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The models of a plan, loaded for it alone: what serves goes on undisturbed. A reference without a version is the version that the plan names, else the newest that serves, else the
 * newest in the repository. Used by one thread.
 */
final class PlannedModels implements PlannedScoring.Models, AutoCloseable {
    private final ModelCatalog serving;
    private final ModelRepository repository;
    private final Definitions definitions;
    private final Map<String, String> versions;
    private final ReplayModels loaded;
    private final Map<ModelReference, Found> found = new HashMap<>();

    /**
     * @param definitions as they will be
     * @param versions that answer in place of whatever else of a model is named
     */
    PlannedModels(
            ModelCatalog serving,
            ModelRepository repository,
            ModelEngine engine,
            Definitions definitions,
            Map<String, String> versions) {
        this.serving = serving;
        this.repository = repository;
        this.definitions = definitions;
        this.versions = versions;
        this.loaded = new ReplayModels(repository, engine, name -> definitions.find(Ensemble.class, name));
    }

    @Override
    public Found find(ModelReference model) {
        return found.computeIfAbsent(model, this::load);
    }

    @Override
    public void close() {
        loaded.close();
    }

    private Found load(ModelReference reference) {
        ModelIdentity identity = identity(reference);
        return switch (loaded.find(identity)) {
            case ReplayModels.Found.Gone(String why) -> throw new Refusal(InferenceReason.MODEL_NOT_SERVING, why);
            case ReplayModels.Found.Loaded(ModelDefinition definition, LoadedModel model, List<Step> steps) ->
                new Found(
                        definition,
                        new Held(
                                new ModelIdentity(
                                        definition.name(),
                                        definition.version(),
                                        definition.digest(),
                                        model.engine(),
                                        steps),
                                definition,
                                model));
        };
    }

    private ModelIdentity identity(ModelReference reference) {
        Optional<Ensemble> ensemble = definitions.find(Ensemble.class, reference.name());
        if (ensemble.isEmpty() || !inRepository(reference.name()).isEmpty()) {
            return new ModelIdentity(reference.name(), version(reference), "");
        }
        List<Step> steps = ensemble.get().modelSteps().stream()
                .map(step -> new Step(step.name(), step.model().name(), version(step.model()), ""))
                .toList();
        return new ModelIdentity(reference.name(), ensemble.get().version(), "", "", steps);
    }

    private String version(ModelReference reference) {
        String named = versions.get(reference.name());
        if (named != null) {
            return named;
        }
        return reference.version().orElseGet(() -> {
            List<String> serves = serving.serving(reference.name());
            List<String> there = serves.isEmpty() ? inRepository(reference.name()) : serves;
            if (there.isEmpty()) {
                throw new Refusal(
                        InferenceReason.MODEL_NOT_SERVING,
                        "model '" + reference.name() + "' has no version, in the repository or serving");
            }
            return there.getLast();
        });
    }

    /** Versions, oldest first. */
    private List<String> inRepository(String model) {
        try {
            return repository.look().versions().stream()
                    .filter(candidate -> candidate.name().equals(model))
                    .map(Candidate::version)
                    .sorted(new VersionOrder())
                    .toList();
        } catch (IOException e) {
            throw new Refusal(
                    InferenceReason.MODEL_NOT_SERVING,
                    "the model repository cannot be looked at: " + e.getMessage(),
                    e);
        }
    }

    /** A model that its finder lets go of. */
    private record Held(ModelIdentity identity, ModelDefinition definition, LoadedModel model) implements HeldModel {
        @Override
        public Signature signature() {
            return model.signature();
        }

        @Override
        public ModelExplainer explainer() {
            return new ModelExplainer(definition, List.of(), model.reading());
        }

        @Override
        public Output prediction() {
            return definition.output().orElseThrow();
        }

        @Override
        public Inferred infer(List<Tensor> inputs, int rows, Deadline deadline) {
            deadline.left();
            return model.infer(inputs);
        }

        @Override
        public Inferred score(List<Tensor> inputs, int rows, Deadline deadline) {
            return infer(inputs, rows, deadline);
        }

        @Override
        public void close() {}
    }
}
