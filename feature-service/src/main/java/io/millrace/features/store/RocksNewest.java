package io.millrace.features.store;

import io.millrace.features.app.NewestEvents;
import io.millrace.features.app.StoreUnavailableException;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.state.Observation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** The newest events of a view in an embedded store: two seeks for each row, whatever tiles it has. */
final class RocksNewest implements NewestEvents {
    private static final int ROWS_OF_A_STEP = 500;

    private final FeatureView view;
    private final Room room;
    private final ViewRecord record;
    private final String state;
    private final Function<RocksAccess.Work<List<Newest>>, List<Newest>> steps;
    private byte[] at;
    private boolean hasNext = true;

    /**
     * @param record of the view as it is now
     * @param steps does each step
     */
    RocksNewest(
            FeatureView view,
            Room room,
            ViewRecord record,
            RocksFolder folder,
            Function<RocksAccess.Work<List<Newest>>, List<Newest>> steps)
            throws RocksDBException {
        this.view = view;
        this.room = room;
        this.record = record;
        this.state = state(folder, record);
        this.steps = steps;
        this.at = RocksKeys.firstOf(record.number());
    }

    private static String state(RocksFolder folder, ViewRecord record) throws RocksDBException {
        return folder.lineage() + "/" + record.number();
    }

    @Override
    public String state() {
        return state;
    }

    @Override
    public Map<SourcePartition, Long> positions() {
        return record.positions();
    }

    @Override
    public boolean hasNext() {
        return hasNext;
    }

    @Override
    public List<Newest> next() {
        return steps.apply(this::step);
    }

    private List<Newest> step(RocksFolder folder) throws RocksDBException {
        ViewRecord now = RocksViews.find(folder, room, view.id(), null);
        if (now == null || !state.equals(state(folder, now))) {
            throw new StoreUnavailableException("the state of view " + view.id() + " is another one now", null);
        }
        byte[] end = RocksKeys.firstOf(record.number() + 1);
        var found = new ArrayList<Newest>();
        try (var options = new ReadOptions().setFillCache(false).setTotalOrderSeek(true);
                RocksIterator keys = folder.db().newIterator(folder.rows(), options)) {
            keys.seek(at);
            while (keys.isValid() && Arrays.compareUnsigned(keys.key(), end) < 0 && found.size() < ROWS_OF_A_STEP) {
                if (keys.key().length <= RocksKeys.PREFIX) {
                    keys.next();
                } else {
                    byte[] row = RocksKeys.rowOf(keys.key(), view.joinKeys().size());
                    addNewest(row, keys, found);
                    at = RocksKeys.behindRow(row);
                    keys.seek(at);
                }
            }
            keys.status();
            hasNext = keys.isValid() && Arrays.compareUnsigned(keys.key(), end) < 0;
        }
        return found;
    }

    private void addNewest(byte[] row, RocksIterator keys, List<Newest> found) {
        byte[] singles = RocksKeys.singles(row);
        keys.seekForPrev(RocksKeys.singlesTo(singles, Long.MAX_VALUE));
        if (keys.isValid() && RocksKeys.startsWith(keys.key(), singles)) {
            var content = new ByteReader(keys.value());
            EventPack.begin(content);
            Observation newest = Observation.readContent(RocksKeys.order(keys.key(), singles.length), content);
            found.add(new Newest(RocksKeys.entityOf(row, view.joinKeys().size()), newest));
        }
    }
}
