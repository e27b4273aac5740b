package io.millrace.features.store;

import io.millrace.features.app.OnlineStore.ViewQuery;
import io.millrace.features.app.OnlineStore.ViewRows;
import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.fold.Cover;
import io.millrace.features.kernel.fold.CoverFold;
import io.millrace.features.kernel.fold.ViewPlan;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;

/** One state of the embedded store, for all that one request reads. Not thread-safe. */
final class RocksRead implements AutoCloseable {
    private final RocksFolder folder;
    private final Snapshot snapshot;
    private final ReadOptions options;
    private @Nullable RocksIterator iterator;

    RocksRead(RocksFolder folder) {
        this.folder = folder;
        this.snapshot = folder.db().getSnapshot();
        this.options = new ReadOptions().setSnapshot(snapshot);
    }

    /** Reads with these are of this state. */
    ReadOptions options() {
        return options;
    }

    /** @param record of the view's state; null where there is none of this definition: all rows are missing */
    ViewRows rows(ViewQuery query, ViewPlan plan, @Nullable ViewRecord record) throws RocksDBException {
        var table = new FeatureTable(query.rows(), query.features().length);
        if (record == null) {
            return new ViewRows(table, Map.of(), OptionalLong.empty());
        }
        if (query.rows() > 0) {
            fill(table, query, plan, record);
        }
        return new ViewRows(table, record.positions(), record.newestMicros());
    }

    private void fill(FeatureTable table, ViewQuery query, ViewPlan plan, ViewRecord record) throws RocksDBException {
        var reader = new RocksRowReader(plan, keys());
        var fold = new CoverFold(plan, query.features());
        long earliest = Answers.earliest(plan, record.newestMicros());
        Cover cover = null;
        for (int row = 0; row < query.rows(); row++) {
            EntityKey key = query.keys().get(row);
            long asOf = query.asOfMicros()[row];
            if (key == null) {
                continue;
            }
            if (asOf < earliest) {
                table.beforeRetention(row, earliest);
                continue;
            }
            cover = cover != null && cover.asOfMicros() == asOf ? cover : fold.cover(asOf);
            byte[] stored = RocksKeys.row(record.number(), EntityRow.of(key));
            fold.begin(cover, table, row);
            reader.read(stored, cover, fold);
            fold.finish();
            if (!reader.hasLater()) {
                CachedReads.noteSpan(plan, table, row, asOf, fold.unchangedTo());
            }
        }
    }

    private RocksIterator keys() {
        RocksIterator keys = iterator;
        if (keys == null) {
            keys = folder.db().newIterator(folder.rows(), options);
            iterator = keys;
        }
        return keys;
    }

    @Override
    public void close() {
        if (iterator != null) {
            iterator.close();
        }
        options.close();
        folder.db().releaseSnapshot(snapshot);
    }
}
