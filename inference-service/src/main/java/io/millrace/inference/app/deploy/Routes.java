package io.millrace.inference.app.deploy;

import io.millrace.inference.domain.Pipeline.ModelReference;
import java.util.Optional;

/** Which names are split among models, and how. Thread-safe; never waits. */
@FunctionalInterface
public interface Routes {
    /** How calls of this name are split; empty where they are not. */
    Optional<Route> find(String name);

    /** The same for a model as a pipeline names it: one with a version is that version. */
    default Optional<Route> find(ModelReference model) {
        return model.version().isPresent() ? Optional.empty() : find(model.name());
    }
}
