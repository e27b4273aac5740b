package io.millrace.features.kernel.table;

import io.millrace.features.kernel.FeatureValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a read gave: for each row its state and event time, for each of its features a value. Numbers are kept as bits and texts as they are encoded, so that an answer is
 * written from here without an object for each value. Filled by one thread, then only read.
 */
public final class FeatureTable {
    private static final Kind[] KINDS = Kind.values();
    private static final State[] STATES = State.values();
    private static final byte[] NOTHING = {};

    private final int rows;
    private final int width;
    private final byte[] states;
    private OptionalLong earliestRetained = OptionalLong.empty();
    private final long[] eventTimes;

    /** By row and column; a row is null until it has a value. Rows that were copied share theirs. */
    private final byte[] @Nullable [] kinds;

    private final long[] @Nullable [] bits;

    /** By row and column; empty until there is a value that is no number, a row is null until it has one. */
    private @Nullable Object[] @Nullable [] objects = {};

    private long[] unchangedFrom = {};
    private long[] unchangedTo = {};

    /** What reading a row gave. Missing and expired are answers, not errors. */
    public enum State {
        /** No event of this entity at or before the instant. All values are null. */
        MISSING,
        FRESH,
        /** The newest event is older than the view's ttl at the instant; the values are given all the same. */
        EXPIRED,
        /** The instant lies before what the view retains; the event time says since when it does. All values are null. */
        BEFORE_RETENTION
    }

    /** How a value is kept. */
    public enum Kind {
        NULL,
        BOOL,
        INT,
        REAL,
        /** Microseconds since the epoch. */
        TIME,
        /** UTF-8, a part of {@link #bytes}. */
        TEXT,
        /** A part of {@link #bytes}. */
        BYTES,
        /** A value as an object, of any type. */
        OBJECT
    }

    /** A table of missing rows. */
    public FeatureTable(int rows, int width) {
        this.rows = rows;
        this.width = width;
        this.states = new byte[rows];
        this.eventTimes = new long[rows];
        this.kinds = new byte[rows][];
        this.bits = new long[rows][];
    }

    public int rows() {
        return rows;
    }

    /** Values of each row. */
    public int width() {
        return width;
    }

    public State state(int row) {
        return STATES[states[row]];
    }

    /** Event time of the newest event at or before the row's instant, microseconds since the epoch; 0 for a missing row. */
    public long eventTimeMicros(int row) {
        return eventTimes[row];
    }

    public Kind kind(int row, int column) {
        byte[] ofRow = kinds[row];
        return ofRow == null ? Kind.NULL : KINDS[ofRow[column]];
    }

    /** The value of a {@link Kind#BOOL} (0 or 1), an {@link Kind#INT}, a {@link Kind#TIME}, or the IEEE bits of a {@link Kind#REAL}. */
    public long bits(int row, int column) {
        long[] ofRow = bits[row];
        return ofRow == null ? 0 : ofRow[column];
    }

    /** What a {@link Kind#TEXT} or {@link Kind#BYTES} is a part of: not a copy, leave it alone. */
    public byte[] bytes(int row, int column) {
        return object(row, column) instanceof byte[] bytes ? bytes : NOTHING;
    }

    /** Where a text or bytes begin in {@link #bytes}. */
    public int from(int row, int column) {
        return (int) (bits(row, column) >>> 32);
    }

    /** How many bytes a text or bytes have. */
    public int length(int row, int column) {
        return (int) bits(row, column);
    }

    /** The bits of all rows, column by column: those of a column begin at its number times {@link #rows()}. */
    public long[] columns() {
        long[] columns = new long[rows * width];
        for (int row = 0; row < rows; row++) {
            long[] ofRow = bits[row];
            if (ofRow != null) {
                for (int column = 0, at = row; column < width; column++, at += rows) {
                    columns[at] = ofRow[column];
                }
            }
        }
        return columns;
    }

    /** Whether it is known that the kinds of each column's values are those of the first row; false says nothing. */
    public boolean isUniform() {
        byte[] first = rows == 0 ? null : kinds[0];
        if (first == null) {
            return false;
        }
        for (byte[] ofRow : kinds) {
            if (!isSame(ofRow, first)) {
                return false;
            }
        }
        return true;
    }

    @SuppressWarnings("ReferenceEquality") // reason: rows that are alike share their kinds
    private static boolean isSame(byte @Nullable [] a, byte[] b) {
        return a == b;
    }

    /** The value as an object; null where it is null. */
    public @Nullable FeatureValue value(int row, int column) {
        long number = bits(row, column);
        return switch (kind(row, column)) {
            case NULL -> null;
            case BOOL -> new FeatureValue.Bool(number != 0);
            case INT -> new FeatureValue.Int(number);
            case REAL -> new FeatureValue.Real(Double.longBitsToDouble(number));
            case TIME -> new FeatureValue.Time(number);
            case TEXT ->
                new FeatureValue.Text(
                        new String(bytes(row, column), from(row, column), length(row, column), StandardCharsets.UTF_8));
            case BYTES ->
                new FeatureValue.Bytes(Arrays.copyOfRange(
                        bytes(row, column), from(row, column), from(row, column) + length(row, column)));
            case OBJECT -> object(row, column) instanceof FeatureValue value ? value : null;
        };
    }

    /** The state of a row that was found, with the event time of its newest event. */
    public void found(int row, long eventTimeMicros, boolean expired) {
        states[row] = (byte) (expired ? State.EXPIRED : State.FRESH).ordinal();
        eventTimes[row] = eventTimeMicros;
    }

    /** The earliest instant that is retained, where some row was asked for before it. */
    public OptionalLong earliestRetained() {
        return earliestRetained;
    }

    /** A row that is asked for before the earliest instant that is retained. */
    public void beforeRetention(int row, long earliestMicros) {
        earliestRetained = OptionalLong.of(earliestMicros);
        states[row] = (byte) State.BEFORE_RETENTION.ordinal();
        eventTimes[row] = earliestMicros;
    }

    /**
     * Says for which instants a row has these values as long as nothing is applied to it.
     *
     * @param fromMicros inclusive
     * @param toMicros exclusive
     */
    public void unchanged(int row, long fromMicros, long toMicros) {
        if (unchangedFrom.length == 0) {
            unchangedFrom = new long[rows];
            unchangedTo = new long[rows];
        }
        unchangedFrom[row] = fromMicros;
        unchangedTo[row] = toMicros;
    }

    /**
     * A row that can be put into other tables of the same features, and must not be written to any more; null where {@link #unchanged} was not said of it.
     *
     * @param alike a row whose kinds this one shares where they are the same
     */
    public @Nullable FeatureRow copy(int row, @Nullable FeatureRow alike) {
        if (unchangedFrom.length == 0 || unchangedFrom[row] >= unchangedTo[row]) {
            return null;
        }
        if (alike != null && Arrays.equals(kinds[row], alike.kinds())) {
            kinds[row] = alike.kinds();
        }
        return new FeatureRow(
                STATES[states[row]] != State.MISSING,
                eventTimes[row],
                kinds[row],
                bits[row],
                objects.length == 0 ? null : objects[row],
                unchangedFrom[row],
                unchangedTo[row]);
    }

    /** Puts a row of another table, which may be written to no more, into a row; {@code expired} as it is at this row's instant. */
    public void paste(int row, FeatureRow copy, boolean expired) {
        share(row, copy.kinds(), copy.bits(), copy.objects());
        if (copy.isFound()) {
            found(row, copy.eventTimeMicros(), expired);
        }
    }

    /** Takes a row of another table of the same features, which may be written to no more. */
    public void take(int row, FeatureTable from, int fromRow) {
        share(row, from.kinds[fromRow], from.bits[fromRow], from.objects.length == 0 ? null : from.objects[fromRow]);
        states[row] = from.states[fromRow];
        eventTimes[row] = from.eventTimes[fromRow];
    }

    private void share(
            int row,
            byte @Nullable [] kindsOfRow,
            long @Nullable [] bitsOfRow,
            @Nullable Object @Nullable [] objectsOfRow) {
        kinds[row] = kindsOfRow;
        bits[row] = bitsOfRow;
        if (objectsOfRow != null) {
            allObjects()[row] = objectsOfRow;
        }
    }

    public void setNull(int row, int column) {
        if (kinds[row] != null) {
            set(row, column, Kind.NULL, 0);
        }
    }

    public void setBool(int row, int column, boolean value) {
        set(row, column, Kind.BOOL, value ? 1 : 0);
    }

    public void setInt(int row, int column, long value) {
        set(row, column, Kind.INT, value);
    }

    public void setReal(int row, int column, double value) {
        set(row, column, Kind.REAL, Double.doubleToRawLongBits(value));
    }

    public void setTime(int row, int column, long micros) {
        set(row, column, Kind.TIME, micros);
    }

    /** A text as UTF-8 in a part of an array that nobody changes any more. */
    public void setText(int row, int column, byte[] source, int from, int length) {
        set(row, column, Kind.TEXT, (long) from << 32 | length);
        objects(row)[column] = source;
    }

    /** Bytes in a part of an array that nobody changes any more. */
    public void setBytes(int row, int column, byte[] source, int from, int length) {
        set(row, column, Kind.BYTES, (long) from << 32 | length);
        objects(row)[column] = source;
    }

    public void set(int row, int column, @Nullable FeatureValue value) {
        switch (value) {
            case null -> setNull(row, column);
            case FeatureValue.Bool(boolean bool) -> setBool(row, column, bool);
            case FeatureValue.Int(long whole) -> setInt(row, column, whole);
            case FeatureValue.Real(double real) -> setReal(row, column, real);
            case FeatureValue.Time(long micros) -> setTime(row, column, micros);
            case FeatureValue.Text(String text) -> {
                byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
                setText(row, column, encoded, 0, encoded.length);
            }
            case FeatureValue other -> {
                set(row, column, Kind.OBJECT, 0);
                objects(row)[column] = other;
            }
        }
    }

    /** One row's values as objects, in the order of its columns. */
    public List<@Nullable FeatureValue> values(int row) {
        var values = new ArrayList<@Nullable FeatureValue>(width);
        for (int column = 0; column < width; column++) {
            values.add(value(row, column));
        }
        return values;
    }

    private void set(int row, int column, Kind kind, long number) {
        byte[] kindsOfRow = kinds[row];
        long[] bitsOfRow = bits[row];
        if (kindsOfRow == null || bitsOfRow == null) {
            kindsOfRow = new byte[width];
            bitsOfRow = new long[width];
            kinds[row] = kindsOfRow;
            bits[row] = bitsOfRow;
        }
        kindsOfRow[column] = (byte) kind.ordinal();
        bitsOfRow[column] = number;
    }

    private @Nullable Object object(int row, int column) {
        @Nullable Object[] ofRow = objects.length == 0 ? null : objects[row];
        return ofRow == null ? null : ofRow[column];
    }

    private @Nullable Object[] objects(int row) {
        @Nullable Object[] @Nullable [] all = allObjects();
        @Nullable Object[] ofRow = all[row];
        if (ofRow == null) {
            ofRow = new Object[width];
            all[row] = ofRow;
        }
        return ofRow;
    }

    private @Nullable Object[] @Nullable [] allObjects() {
        if (objects.length == 0) {
            objects = new Object[rows][];
        }
        return objects;
    }
}
