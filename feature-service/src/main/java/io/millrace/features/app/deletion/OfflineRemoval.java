package io.millrace.features.app.deletion;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import java.util.Map;

/** Takes an entity's rows out of the offline store. */
public interface OfflineRemoval {
    /**
     * Writes every file that has such rows anew without them. The former files go when the time of grace of those who read them has passed.
     *
     * @param below offsets below which rows are to go
     * @return number of rows that are gone
     * @throws io.millrace.features.app.offline.OfflineStoreException where not all are gone; calling again goes on
     */
    long remove(FeatureView view, EntityKey key, Map<SourcePartition, Long> below);
}
