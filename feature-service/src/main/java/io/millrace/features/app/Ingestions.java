package io.millrace.features.app;

import io.millrace.features.kernel.ViewId;
import java.util.Map;

/** The loops that apply events to views, one per version. */
public interface Ingestions {
    /** How each of them is doing. Asks Kafka for the ends of the sources, for a second at most. */
    Map<ViewId, IngestionReport> reports();

    /** The same without lags and without asking anybody. */
    Map<ViewId, IngestionReport> conditions();
}
