package io.millrace.features.app;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.util.List;
import java.util.Map;

/** Another online store, but for what a subclass does otherwise. */
public abstract class ForwardingOnlineStore implements OnlineStore {
    private final OnlineStore store;

    protected ForwardingOnlineStore(OnlineStore store) {
        this.store = store;
    }

    @Override
    public Map<SourcePartition, Long> positions(ViewId view) {
        return store.positions(view);
    }

    @Override
    public Applied apply(FeatureView view, Batch batch) {
        return store.apply(view, batch);
    }

    @Override
    public List<ViewRows> read(List<ViewQuery> queries) {
        return store.read(queries);
    }

    @Override
    public long overflows() {
        return store.overflows();
    }

    @Override
    public void delete(FeatureView view, EntityKey key) {
        store.delete(view, key);
    }

    @Override
    public void drop(ViewId view) {
        store.drop(view);
    }

    @Override
    public void close() {
        store.close();
    }
}
