package io.millrace.features.app.parity;

import io.millrace.features.kernel.FeatureValue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the check found since the service started.
 *
 * @param waiting samples that the offline store has not come to yet
 * @param dropped samples that were never compared
 * @param features by {@code view@version:feature}, the worst first
 * @param worst rows that differed, the newest first
 */
public record ParityReport(long waiting, long dropped, List<FeatureParity> features, List<Mismatch> worst) {
    public ParityReport {
        features = List.copyOf(features);
        worst = List.copyOf(worst);
    }

    /** How often a feature was compared, and how often the values differed. */
    public record FeatureParity(String feature, long compared, long mismatched) {
        public double ratio() {
            return compared == 0 ? 0 : (double) mismatched / compared;
        }
    }

    /**
     * A row that differs.
     *
     * @param positions {@code topic id/partition} to the offset below which the read had applied everything
     * @param differences by feature
     * @param why what explains it best
     * @param explanation the same in words, with the events that matter
     */
    public record Mismatch(
            String view,
            List<FeatureValue> key,
            long asOfMicros,
            Map<String, Long> positions,
            List<Difference> differences,
            Why why,
            String explanation) {}

    /** A feature's value as it was served, and as the offline store gives it. */
    public record Difference(
            String feature,
            @Nullable FeatureValue online,
            @Nullable FeatureValue offline) {}

    /** What a difference comes from. */
    public enum Why {
        /** The view was defined anew under the same version since. */
        VERSION,
        /** The values are the same; one of the two takes the row for too old. */
        TTL,
        /** With the events that came too late the values are the same: the online store has folded what it should have left out. */
        LATE,
        /** With events behind the read's positions the values are the same: the read saw more than it said. */
        POSITIONS,
        /** The online row has an event that the offline store has not. */
        MISSING_OFFLINE,
        /** The offline store has an event that the online row has not. */
        MISSING_ONLINE,
        /** None of these: the tiles, the fold or a file are damaged. */
        VALUE
    }
}
