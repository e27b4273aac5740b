package io.millrace.inference.app.plan;

import io.millrace.definitions.DefinitionFile;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.batch.PlannedViews;
import io.millrace.inference.domain.Pipeline.ContractReference;
import io.millrace.inference.domain.ServedFeatures;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What is planned, and what it is replayed on.
 *
 * @param files pipelines, deployments and ensembles as they will be; what is applied and not among them stays
 * @param services feature services as they will be; none: those that feature-service has
 * @param planned definitions of features that are planned with them
 * @param contracts that are new or change
 * @param models versions that answer in place of whatever else of a model is named
 * @param span up to now
 * @param rows of each pipeline at most
 * @param seed of the sample where there are more
 */
public record ReplaySpec(
        List<DefinitionFile> files,
        List<ServedFeatures> services,
        PlannedViews planned,
        List<PlannedContract> contracts,
        Map<String, String> models,
        Duration span,
        int rows,
        long seed) {
    /** Where nothing else is asked for. */
    public static final int ROWS = 10_000;

    private static final int MAX_ROWS = 50_000;
    private static final Duration LEAST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(400);

    /** A contract as it will be, as its author wrote it. */
    public record PlannedContract(ContractReference reference, String document) {}

    /** @throws Refusal INVALID_REQUEST where it is out of bounds */
    public ReplaySpec {
        files = List.copyOf(files);
        services = List.copyOf(services);
        contracts = List.copyOf(contracts);
        models = Map.copyOf(models);
        if (rows < 1 || rows > MAX_ROWS) {
            throw new Refusal(InferenceReason.INVALID_REQUEST, "rows must be 1 to " + MAX_ROWS + ", was " + rows);
        }
        if (span.compareTo(LEAST) < 0 || span.compareTo(LONGEST) > 0) {
            throw new Refusal(
                    InferenceReason.INVALID_REQUEST, "the span must be " + LEAST + " to " + LONGEST + ", was " + span);
        }
    }
}
