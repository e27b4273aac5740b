package io.millrace.features.app.deletion;

import io.millrace.features.app.ForwardingOnlineStore;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.StoreCopies;
import io.millrace.features.app.StoreCopies.Copy;
import io.millrace.features.app.VectorIndex;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/**
 * Stores as those see them who apply events: events that a deletion made void are left out, judged in the moment in which they are applied, while nobody deletes. So a deletion finds either all of a
 * batch in the store or nothing of it.
 */
@ApplicationScoped
public class VoidFilter {
    private final Voids voids;

    public VoidFilter(Voids voids) {
        this.voids = voids;
    }

    public OnlineStore of(OnlineStore store) {
        return new FilteredOnline(store);
    }

    public OfflineStore of(OfflineStore store) {
        return new FilteredOffline(store);
    }

    /** Applies a batch to an index that is derived of a view's events, without those that are void. */
    public void apply(VectorIndex index, FeatureView view, OnlineStore.Batch batch, Map<String, String> notes) {
        whileNobodyDeletes(() ->
                index.apply(view, new OnlineStore.Batch(voids.without(view, batch.events()), batch.next()), notes));
    }

    /** Takes events into such an index wherever they stand in the source, without those that are void. */
    public void merge(VectorIndex index, FeatureView view, List<FeatureEvent> events) {
        whileNobodyDeletes(() -> index.merge(view, voids.without(view, events)));
    }

    private void whileNobodyDeletes(Runnable work) {
        Lock shared = voids.online().readLock();
        shared.lock();
        try {
            work.run();
        } finally {
            shared.unlock();
        }
    }

    /**
     * Puts the newest copy of a folder in the place of the online store, without the entities that were deleted since it was taken, or in the second in which it was. No deletion begins
     * meanwhile.
     *
     * @throws io.millrace.gate.Refusal as {@link StoreCopies#restore}
     */
    public Copy restore(StoreCopies copies, Path directory, Collection<FeatureView> views) {
        Lock shared = voids.online().readLock();
        shared.lock();
        try {
            return copies.restore(
                    directory, views, (view, key, copy) -> voids.isVoid(view, key, 1_000_000 * copy.takenSeconds()));
        } finally {
            shared.unlock();
        }
    }

    private final class FilteredOnline extends ForwardingOnlineStore {
        FilteredOnline(OnlineStore store) {
            super(store);
        }

        @Override
        public Applied apply(FeatureView view, Batch batch) {
            Lock shared = voids.online().readLock();
            shared.lock();
            try {
                return super.apply(view, new Batch(voids.without(view, batch.events()), batch.next()));
            } finally {
                shared.unlock();
            }
        }
    }

    private final class FilteredOffline implements OfflineStore {
        private final OfflineStore store;

        FilteredOffline(OfflineStore store) {
            this.store = store;
        }

        @Override
        public OfflineSnapshot snapshot(ViewId view) {
            return store.snapshot(view);
        }

        @Override
        public Map<SourcePartition, Reached> reached(ViewId view) {
            return store.reached(view);
        }

        @Override
        public void append(FeatureView view, OfflineBatch batch) {
            Lock shared = voids.offline().readLock();
            shared.lock();
            try {
                List<OfflineRow> rows = batch.rows().stream()
                        .filter(row -> !voids.isVoid(view, row.event()))
                        .toList();
                store.append(view, new OfflineBatch(rows, batch.spans()));
            } finally {
                shared.unlock();
            }
        }

        @Override
        public void read(FeatureView view, OfflineSnapshot snapshot, List<Path> files, Consumer<OfflineRow> rows) {
            store.read(view, snapshot, files, rows);
        }

        @Override
        public void drop(ViewId view) {
            store.drop(view);
        }
    }
}
