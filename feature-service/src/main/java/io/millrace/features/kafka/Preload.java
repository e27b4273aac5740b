package io.millrace.features.kafka;

import io.millrace.features.app.ForwardingOnlineStore;
import io.millrace.features.app.OnlineStore;
import io.millrace.features.app.Rebuilds.RebuildProgress;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.FeatureView.Source;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Fills an empty state from the offline store, so that Kafka is read from the offline store's positions on: it may no longer have what came before. Pushed views are read from their own log alone: the offline
 * store also has the rows that were not pushed to the online store.
 */
final class Preload {
    private static final Logger LOG = Logger.getLogger(Preload.class);
    private static final int BATCH = 500;

    private final OfflineStore offline;

    Preload(OfflineStore offline) {
        this.offline = offline;
    }

    /** How far the offline store is; empty where it does not serve this view. */
    Map<SourcePartition, Long> positions(FeatureView view) {
        if (!(view.source() instanceof Source.Topic)) {
            return Map.of();
        }
        try (OfflineSnapshot snapshot = offline.snapshot(view.id())) {
            return Map.copyOf(snapshot.positions());
        }
    }

    /**
     * Fills a state that is empty. Where that fails there is no position, so that it begins again.
     *
     * @return rows that were applied
     */
    long fill(OnlineStore into, FeatureView view, RebuildProgress told) {
        if (!(view.source() instanceof Source.Topic)) {
            return 0;
        }
        try (OfflineSnapshot snapshot = offline.snapshot(view.id())) {
            if (snapshot.positions().isEmpty()) {
                return 0;
            }
            into.drop(view.id());
            long expected = snapshot.rows();
            var rows = new Rows(into, view, expected, told);
            for (Path file : snapshot.paths()) {
                offline.read(view, snapshot, List.of(file), row -> {
                    if (!row.late()) {
                        rows.add(row.event());
                    }
                });
            }
            rows.apply();
            into.apply(view, new OnlineStore.Batch(List.of(), snapshot.positions()));
            LOG.infof("%s: %d rows came from the offline store", view.id(), rows.done);
            return rows.done;
        }
    }

    /** Rows on their way into a state. */
    private static final class Rows {
        private final OnlineStore into;
        private final FeatureView view;
        private final long expected;
        private final RebuildProgress told;
        private final List<FeatureEvent> waiting = new ArrayList<>(BATCH);
        private long done;

        Rows(OnlineStore into, FeatureView view, long expected, RebuildProgress told) {
            this.into = into;
            this.view = view;
            this.expected = expected;
            this.told = told;
        }

        void add(FeatureEvent event) {
            waiting.add(event);
            if (waiting.size() == BATCH) {
                apply();
            }
        }

        void apply() {
            told.checkCancelled();
            if (!waiting.isEmpty()) {
                into.apply(view, new OnlineStore.Batch(waiting, Map.of()));
                done += waiting.size();
                waiting.clear();
                told.progress(done, expected);
            }
        }
    }

    /** A state that is filled when its positions are asked for and there are none. */
    OnlineStore before(OnlineStore state, FeatureView view) {
        return new ForwardingOnlineStore(state) {
            @Override
            public Map<SourcePartition, Long> positions(ViewId id) {
                Map<SourcePartition, Long> positions = super.positions(id);
                return positions.isEmpty() && fill(state, view, RebuildProgress.UNHEARD) > 0
                        ? super.positions(id)
                        : positions;
            }
        };
    }
}
