package io.millrace.inference.app;

import io.millrace.definitions.MapNode;
import io.millrace.inference.app.condition.PredictionConditions;
import io.millrace.inference.domain.Alert;
import io.millrace.inference.domain.Extras;
import io.millrace.inference.domain.Novelty;
import io.millrace.inference.domain.Output;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a pipeline's {@code novelty}. */
final class Novelties {
    static final Map<String, Novelty> BY_NAME =
            Map.of("mahalanobis", Novelty.MAHALANOBIS, "isolation-forest", Novelty.ISOLATION_FOREST);

    private Novelties() {}

    /** Adds a fault where a condition asks for what no prediction carries. */
    static void check(MapNode root, Extras extras, List<Output> outputs, Optional<Alert> alert) {
        if (extras.novelty().isPresent()) {
            return;
        }
        boolean used =
                outputs.stream().flatMap(output -> output.condition().stream()).anyMatch(Novelties::isUsed)
                        || alert.map(Alert::when).filter(Novelties::isUsed).isPresent();
        if (used) {
            root.fault(
                    root.has("alert") && !root.has("outputs") ? "alert" : "outputs",
                    "a condition uses 'novelty', which needs 'novelty: mahalanobis' or 'novelty: isolation-forest'");
        }
    }

    private static boolean isUsed(String condition) {
        return PredictionConditions.names(condition).contains("novelty");
    }
}
