package io.millrace.features.kafka;

import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineFile;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.ViewId;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Consumer;

/** An offline store that never has anything. */
final class NoOfflineStore implements OfflineStore {
    @Override
    public OfflineSnapshot snapshot(ViewId view) {
        return new OfflineSnapshot() {
            @Override
            public ViewId view() {
                return view;
            }

            @Override
            public long sequence() {
                return 0;
            }

            @Override
            public Map<SourcePartition, Long> positions() {
                return Map.of();
            }

            @Override
            public SortedMap<LocalDate, List<OfflineFile>> files() {
                return Collections.emptySortedMap();
            }

            @Override
            public List<Path> paths(LocalDate from, LocalDate to) {
                return List.of();
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public Map<SourcePartition, Reached> reached(ViewId view) {
        return Map.of();
    }

    @Override
    public void append(FeatureView view, OfflineBatch batch) {}

    @Override
    public void read(FeatureView view, OfflineSnapshot snapshot, List<Path> files, Consumer<OfflineRow> rows) {}

    @Override
    public void drop(ViewId view) {}
}
