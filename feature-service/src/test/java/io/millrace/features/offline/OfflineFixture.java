package io.millrace.features.offline;

import io.millrace.features.app.Views;
import io.millrace.features.app.offline.OfflineBatch;
import io.millrace.features.app.offline.OfflineBatch.Span;
import io.millrace.features.app.offline.OfflineRow;
import io.millrace.features.app.offline.OfflineSnapshot;
import io.millrace.features.app.offline.OfflineStore;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureEvent;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.Position;
import io.millrace.features.kernel.SourcePartition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An offline store of a folder, and rows for it. */
final class OfflineFixture {
    static final FeatureView VIEW = Views.view(Views.activity("activity", "v1", "clicks"));
    static final SourcePartition SOURCE = new SourcePartition("clicks", "AAAAAAAAAAAAAAAAAAAAAA", 0);
    static final long DAY = 86_400_000_000L;
    static final long START = micros("2026-03-01T10:00:00Z");

    private OfflineFixture() {}

    static long micros(String time) {
        return Instant.parse(time).getEpochSecond() * 1_000_000;
    }

    static ParquetFiles parquet(Path directory) {
        return new ParquetFiles(new DuckDb(256 << 20, 1, directory.resolve("spill")), directory.resolve("work"));
    }

    static ParquetOfflineStore store(OfflineFolder folder, Path directory) {
        return new ParquetOfflineStore(folder, parquet(directory), new Pins());
    }

    static OfflineRow row(long user, long timeMicros, long offset, @Nullable Double amount) {
        return row(new FeatureEvent(
                new EntityKey(List.of(new FeatureValue.Int(user))),
                timeMicros,
                new Position(SOURCE, offset),
                fields(amount)));
    }

    static OfflineRow row(FeatureEvent event) {
        return new OfflineRow(event, event.timeMicros() + 5, false);
    }

    /** In the view's order: amount, kind. */
    static List<@Nullable FeatureValue> fields(@Nullable Double amount) {
        return Arrays.asList(amount == null ? null : new FeatureValue.Real(amount), new FeatureValue.Text("click"));
    }

    /** Rows with the offsets {@code from} to {@code to} − 1, one per hour, for three users in turn. */
    static OfflineBatch batch(long from, long to) {
        var rows = new ArrayList<OfflineRow>();
        for (long offset = from; offset < to; offset++) {
            rows.add(row(offset % 3, START + offset * DAY / 24, offset, (double) offset));
        }
        return new OfflineBatch(
                rows, Map.of(SOURCE, new Span(from == 0 ? OfflineBatch.NEW : from, to, START + to * DAY / 24)));
    }

    static List<OfflineRow> rows(OfflineStore store) {
        try (OfflineSnapshot snapshot = store.snapshot(VIEW.id())) {
            var rows = new ArrayList<OfflineRow>();
            store.read(VIEW, snapshot, snapshot.paths(), rows::add);
            return rows;
        }
    }

    static List<Long> offsets(OfflineStore store) {
        return rows(store).stream()
                .map(row -> row.event().position().offset())
                .sorted()
                .toList();
    }
}
