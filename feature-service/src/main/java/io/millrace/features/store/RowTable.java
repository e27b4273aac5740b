package io.millrace.features.store;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.encoding.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows that a batch touches, each made when its first event comes; an entity is looked up by its bytes, without an object. Used by one thread. */
final class RowTable {
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private final int levels;
    private final List<RowFold> rows = new ArrayList<>();
    private final ByteWriter key = new ByteWriter();
    private @Nullable RowFold[] places = new @Nullable RowFold[1 << 6];
    private int shift = Long.SIZE - 6;

    /** @param levels of the view's tiles */
    RowTable(int levels) {
        this.levels = levels;
    }

    RowFold of(EntityKey entity) {
        EntityRow.write(entity, key);
        long hash = EntityRow.hash(key);
        int place = place(hash);
        RowFold found = places[place];
        while (found != null) {
            if (found.row().is(hash, key)) {
                return found;
            }
            place = place + 1 & places.length - 1;
            found = places[place];
        }
        var made = new RowFold(EntityRow.of(key), levels);
        places[place] = made;
        rows.add(made);
        if (2 * rows.size() > places.length) {
            grow();
        }
        return made;
    }

    private int place(long hash) {
        return (int) (hash * SPREAD >>> shift);
    }

    private void grow() {
        places = new @Nullable RowFold[2 * places.length];
        shift--;
        for (RowFold row : rows) {
            int place = place(row.row().hash());
            while (places[place] != null) {
                place = place + 1 & places.length - 1;
            }
            places[place] = row;
        }
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    /** In the order in which their first events came. */
    List<RowFold> all() {
        return rows;
    }
}
