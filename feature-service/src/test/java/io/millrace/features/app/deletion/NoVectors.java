package io.millrace.features.app.deletion;

import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** An index that has nothing and remembers who was taken out. */
final class NoVectors implements VectorIndex {
    final List<EntityKey> removed = new ArrayList<>();

    @Override
    public Map<SourcePartition, Long> positions(FeatureView view) {
        return Map.of();
    }

    @Override
    public Map<String, String> notes(FeatureView view) {
        return Map.of();
    }

    @Override
    public void apply(FeatureView view, OnlineStore.Batch batch, Map<String, String> notes) {
        throw new IllegalStateException("nothing is indexed here");
    }

    @Override
    public void merge(FeatureView view, List<FeatureEvent> events) {
        throw new IllegalStateException("nothing is indexed here");
    }

    @Override
    public void remove(FeatureView view, Collection<EntityKey> keys) {
        removed.addAll(keys);
    }

    @Override
    public void settle(FeatureView view, long nowMicros) {}

    @Override
    public Found search(FeatureView view, Search search) {
        return new Found(List.of(), Map.of());
    }

    @Override
    public void drop(ViewId view) {}

    @Override
    public void close() {}
}
