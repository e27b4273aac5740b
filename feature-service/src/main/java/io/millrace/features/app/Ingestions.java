package io.millrace.features.app;

import io.millrace.features.kernel.ViewId;
import java.util.Map;
import java.util.Optional;

/** The loops that apply events to views, one per version. */
public interface Ingestions {
    /** How each of them is doing. Asks Kafka for the ends of the sources, for a second at most. */
    Map<ViewId, IngestionReport> reports();

    /** The same without lags and without asking anybody. */
    Map<ViewId, IngestionReport> conditions();

    /** Why this replica applies nothing at all; empty where it does. */
    default Optional<String> refusal() {
        return Optional.empty();
    }
}
