package io.millrace.inference.app.replay;

import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.app.ModelEngine;
import io.millrace.inference.app.ModelFile;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.app.ModelRepository;
import io.millrace.inference.app.ModelRepository.Candidate;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ScoredBatch.ModelIdentity;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Model versions from the repository, loaded for replays alone: whether they serve, and what serves in their place, does not matter. Each is loaded once and let
 * go of when this is closed. Used by one thread.
 */
final class ReplayModels implements AutoCloseable {
    private final ModelRepository repository;
    private final ModelEngine engine;
    private final Map<ModelIdentity, Found> found = new HashMap<>();

    /** A version, or why there is none. */
    sealed interface Found {
        record Loaded(ModelDefinition definition, LoadedModel model) implements Found {}

        record Gone(String why) implements Found {}
    }

    ReplayModels(ModelRepository repository, ModelEngine engine) {
        this.repository = repository;
        this.engine = engine;
    }

    /** The version of that name and number as it is in the repository now, whatever its digest is. */
    Found find(ModelIdentity model) {
        Found known = found.get(model);
        if (known == null) {
            known = load(model);
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
                    return new Found.Loaded(file.definition(), engine.load(file));
                }
            }
            return new Found.Gone(title + " is no longer in the repository");
        } catch (ModelRefusedException e) {
            return new Found.Gone(title + " is in the repository, but refused: " + e.getMessage());
        } catch (IOException e) {
            return new Found.Gone("the model repository cannot be looked at: " + e.getMessage());
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
