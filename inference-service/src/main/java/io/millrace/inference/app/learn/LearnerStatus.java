package io.millrace.inference.app.learn;

import io.millrace.models.kernel.learn.LabelGuard.Freeze;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an online model fares on the replica that feeds it. Errors are of predictions that were made before their labels were learned, since the first label; NaN where there is none.
 *
 * @param labels labelled predictions that were taken
 * @param results what came of them
 * @param sinceVersion how many were learned since the last version
 * @param freeze why nothing is learned; empty while it learns
 * @param measured how many predictions the errors are of
 * @param recentLoss mean loss, 0 to 1, over what ADWIN takes as one law
 * @param drifts how often the detector of the definition spoke
 * @param versions snapshots that this replica made, oldest first
 * @param failure why the last version could not be made; empty where it could
 */
public record LearnerStatus(
        long labels,
        Map<LearnResult, Long> results,
        long sinceVersion,
        Optional<Freeze> freeze,
        long measured,
        double logLoss,
        double accuracy,
        double meanSquaredError,
        double meanAbsoluteError,
        double recentLoss,
        long drifts,
        long freezes,
        List<String> versions,
        String failure) {
    public LearnerStatus {
        results = Map.copyOf(results);
        versions = List.copyOf(versions);
    }

    public long of(LearnResult result) {
        return results.getOrDefault(result, 0L);
    }
}
