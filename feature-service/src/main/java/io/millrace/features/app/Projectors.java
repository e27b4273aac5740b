package io.millrace.features.app;

import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.format.SchemaRegistry;
import io.millrace.features.kernel.projection.EventProjector;
import java.util.Optional;

/** Makes what reads a view's records: every reader of a source uses this, so that all of them read alike. */
public final class Projectors {
    private final Optional<SchemaRegistry> registry;

    /** @param registry empty where the service has none */
    public Projectors(Optional<SchemaRegistry> registry) {
        this.registry = registry;
    }

    /** @throws io.millrace.features.kernel.format.InvalidSchemaException where the view's format cannot be read here */
    public EventProjector of(FeatureView view) {
        return EventProjector.of(view, registry);
    }
}
