package io.millrace.inference.app.replay;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.app.ensemble.LoadedEnsemble;
import io.millrace.inference.app.ensemble.LoadedEnsemble.Part;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import io.millrace.inference.domain.ScoredBatch.Step;
import io.millrace.inference.domain.ensemble.Ensemble;
import io.millrace.inference.domain.ensemble.Ensemble.ModelStep;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Model versions from the repository, and ensembles of them, loaded for replays alone: whether they serve, and what serves in their place, does not matter. Each is loaded once and let
 * go of when this is closed. Used by one thread.
 */
public final class ReplayModels implements AutoCloseable {
    private final ModelRepository repository;
    private final ModelEngine engine;
    private final Function<String, Optional<Ensemble>> ensembles;
    private final Map<ModelIdentity, Found> found = new HashMap<>();

    /** A version, or why there is none. */
    public sealed interface Found {
        /** {@code steps}: of an ensemble, the models that it runs now. */
        record Loaded(ModelDefinition definition, LoadedModel model, List<Step> steps) implements Found {}

        record Gone(String why) implements Found {}
    }

    /**
     * @param ensembles finds one as it is defined now
     */
    public ReplayModels(
            ModelRepository repository, ModelEngine engine, Function<String, Optional<Ensemble>> ensembles) {
        this.ensembles = ensembles;
        this.repository = repository;
        this.engine = engine;
    }

    /** The version of that name and number as it is in the repository now, whatever its digest is. */
    public Found find(ModelIdentity model) {
        Found known = found.get(model);
        if (known == null) {
            known = model.steps().isEmpty() ? load(model) : ensemble(model);
            found.put(model, known);
        }
        return known;
    }

    private Found load(ModelIdentity model) {
        String title = "model '" + model.name() + "' version '" + model.version() + "'";
        try {
            for (Candidate candidate : repository.look().versions()) {
                if (candidate.name().equals(model.name()) && candidate.version().equals(model.version())) {
                    ModelFile file = repository.read(candidate);
                    return new Found.Loaded(file.definition(), engine.load(file), List.of());
                }
            }
            Optional<Ensemble> ensemble = ensembles.apply(model.name());
            if (ensemble.isEmpty()) {
                return new Found.Gone(title + " is no longer in the repository");
            }
            return ensemble.get().modelSteps().isEmpty()
                    ? ensemble(model)
                    : new Found.Gone("the prediction does not say which models ensemble '" + model.name() + "' ran");
        } catch (ModelRefusedException e) {
            return new Found.Gone(title + " is in the repository, but refused: " + e.getMessage());
        } catch (IOException e) {
            return new Found.Gone("the model repository cannot be looked at: " + e.getMessage());
        }
    }

    /** The ensemble as it is defined now, with the model versions that its steps ran then. */
    private Found ensemble(ModelIdentity model) {
        String title = "ensemble '" + model.name() + "'";
        Optional<Ensemble> defined = ensembles.apply(model.name());
        if (defined.isEmpty()) {
            return new Found.Gone(title + " was removed");
        }
        Map<String, Part> parts = new HashMap<>();
        for (ModelStep step : defined.get().modelSteps()) {
            Optional<Step> then = model.steps().stream()
                    .filter(each -> each.name().equals(step.name()))
                    .findFirst();
            if (then.isEmpty()) {
                return new Found.Gone(title + " was changed since: step '" + step.name() + "' is new");
            }
            var version = new ModelIdentity(
                    then.get().model(), then.get().version(), then.get().digest());
            switch (find(version)) {
                case Found.Gone(var why) -> {
                    return new Found.Gone("step '" + step.name() + "': " + why);
                }
                case Found.Loaded loaded ->
                    parts.put(
                            step.name(),
                            new Part(
                                    new ModelIdentity(
                                            version.name(),
                                            version.version(),
                                            loaded.definition().digest(),
                                            loaded.model().engine()),
                                    loaded.model()));
            }
        }
        try {
            var loaded = new LoadedEnsemble(defined.get(), parts);
            return new Found.Loaded(
                    loaded.definition(), loaded, loaded.identity().steps());
        } catch (Refusal refusal) {
            return new Found.Gone(String.valueOf(refusal.getMessage()));
        }
    }

    @Override
    public void close() {
        for (Found each : found.values()) {
            if (each instanceof Found.Loaded loaded) {
                loaded.model().close();
            }
        }
    }
}
