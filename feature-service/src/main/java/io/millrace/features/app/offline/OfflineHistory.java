package io.millrace.features.app.offline;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import java.util.Set;
import java.util.function.Consumer;

/** The events of some entities. Thread-safe. */
@FunctionalInterface
public interface OfflineHistory {
    /**
     * Hands over every event of these entities up to a time, those that came too late included, in any order.
     *
     * @param upToMicros event time, inclusive
     * @throws OfflineStoreException where the files cannot be read
     */
    void events(
            FeatureView view,
            OfflineSnapshot snapshot,
            Set<EntityKey> keys,
            long upToMicros,
            Consumer<OfflineRow> rows);
}
