package io.millrace.features.app.offline;

import io.millrace.features.kernel.FeatureEvent;

/**
 * An event as it came in.
 *
 * @param arrivedMicros Kafka's timestamp of its record, microseconds since the epoch
 * @param late whether it came later than its view allows and was left out online
 */
public record OfflineRow(FeatureEvent event, long arrivedMicros, boolean late) {}
