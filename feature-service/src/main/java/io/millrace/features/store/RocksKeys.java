package io.millrace.features.store;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.ViewId;
import io.millrace.features.kernel.encoding.ByteReader;
import io.millrace.features.kernel.encoding.ByteWriter;
import io.millrace.features.kernel.state.EventOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The keys of the embedded store. A row's keys stand together: view number (4 bytes), hash of the entity (8), entity; then {@code 1}, level, tile number
 * for a tile or {@code 2}, event time, position for single events ({@link EventPack}); numbers in their order. The first {@value #PREFIX} bytes are the prefix by which RocksDB filters.
 */
final class RocksKeys {
    static final int PREFIX = 12;

    static final byte[] FORMAT = {'f'};
    static final byte[] NEXT_NUMBER = {'c'};

    /** A text of the folder and of all copies of it. */
    static final byte[] LINEAGE = {'i'};

    /** Why all states are lost that are not there; left out where none is. */
    static final byte[] LOST = {'l'};

    private static final int TILE = 1;
    private static final int SINGLE = 2;

    private RocksKeys() {}

    /** Where the record of a view stands: of the state that is served, or of the one that is built beside it. */
    static byte[] view(Room room, ViewId view) {
        char letter =
                switch (room) {
                    case SERVED -> 'v';
                    case BESIDE -> 'b';
                };
        return (letter + view.toString()).getBytes(StandardCharsets.UTF_8);
    }

    /** Whether this is the key of a view's record. */
    static boolean isView(byte[] key) {
        return key.length > 1 && (key[0] == 'v' || key[0] == 'b');
    }

    static String viewName(byte[] key) {
        return new String(key, 1, key.length - 1, StandardCharsets.UTF_8);
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Below every row of the view. */
    static byte[] firstOf(int viewNumber) {
        var out = new ByteWriter();
        out.int32(viewNumber);
        return out.toBytes();
    }

    /** The row that a key is of, for an entity of so many join keys. */
    static byte[] rowOf(byte[] key, int joinKeys) {
        return row(new ByteReader(key).int32(), EntityRow.of(entityOf(key, joinKeys)));
    }

    /** The entity that a key is of, which has so many join keys. */
    static EntityKey entityOf(byte[] key, int joinKeys) {
        return EntityRow.read(new ByteReader(key, PREFIX), joinKeys);
    }

    static boolean isSingle(byte[] key, int rowLength) {
        return key.length > rowLength && key[rowLength] == SINGLE;
    }

    static int levelOf(byte[] key, int rowLength) {
        return key[rowLength + 1];
    }

    static byte[] row(int viewNumber, EntityRow row) {
        return writer(viewNumber, row).toBytes();
    }

    /** At or below every key of a row, and above those of the rows before it. */
    static byte[] firstOfRow(byte[] row) {
        return with(row, TILE);
    }

    /** Above every key of a row, and below those of the rows behind it. */
    static byte[] behindRow(byte[] row) {
        return with(row, SINGLE + 1);
    }

    private static byte[] with(byte[] row, int octet) {
        var out = new ByteWriter();
        out.raw(row);
        out.octet(octet);
        return out.toBytes();
    }

    static byte[] tile(int viewNumber, TileKey key) {
        ByteWriter out = writer(viewNumber, key.row());
        writeTile(key.level(), key.number(), out);
        return out.toBytes();
    }

    static byte[] tile(byte[] row, int level, long number) {
        ByteWriter out = tiles(row, level);
        out.sortable64(number);
        return out.toBytes();
    }

    /** What all tiles of a level begin with. */
    static byte[] level(byte[] row, int level) {
        return tiles(row, level).toBytes();
    }

    static long tileNumber(byte[] key, int levelLength) {
        return new ByteReader(key, levelLength).sortable64();
    }

    /** What all single events of a row begin with. */
    static byte[] singles(byte[] row) {
        var out = new ByteWriter();
        out.raw(row);
        out.octet(SINGLE);
        return out.toBytes();
    }

    static byte[] single(byte[] row, EventOrder order) {
        var out = new ByteWriter();
        out.raw(row);
        writeSingle(order, out);
        return out.toBytes();
    }

    /** Above every single event at or before the instant, below every other. */
    static byte[] singlesTo(byte[] singles, long micros) {
        var out = new ByteWriter();
        out.raw(singles);
        out.sortable64(micros);
        out.octet(EventOrder.ABOVE_ALL);
        out.octet(EventOrder.ABOVE_ALL);
        return out.toBytes();
    }

    /** Event time of a single event. */
    static long singleMicros(byte[] key, int singlesLength) {
        return new ByteReader(key, singlesLength).sortable64();
    }

    static EventOrder order(byte[] key, int singlesLength) {
        return EventOrder.readSortable(new ByteReader(key, singlesLength));
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static ByteWriter writer(int viewNumber, EntityRow row) {
        var out = new ByteWriter();
        writeRow(viewNumber, row, out);
        return out;
    }

    /** Appends what all keys of a row begin with. */
    static void writeRow(int viewNumber, EntityRow row, ByteWriter out) {
        out.int32(viewNumber);
        out.int64(row.hash());
        out.raw(row.bytes());
    }

    /** Appends the rest of a tile's key. */
    static void writeTile(int level, long number, ByteWriter out) {
        out.octet(TILE);
        out.octet(level);
        out.sortable64(number);
    }

    /** Appends the rest of a single event's key. */
    static void writeSingle(EventOrder order, ByteWriter out) {
        out.octet(SINGLE);
        order.writeSortable(out);
    }

    private static ByteWriter tiles(byte[] row, int level) {
        var out = new ByteWriter();
        out.raw(row);
        out.octet(TILE);
        out.octet(level);
        return out;
    }
}
