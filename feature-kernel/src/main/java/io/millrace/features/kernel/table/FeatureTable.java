package io.millrace.features.kernel.table;

import io.millrace.features.kernel.FeatureValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a read gave: for each row its state and event time, for each of its features a value. Numbers are kept as bits and texts as they are encoded, so that an answer is
 * written from here without an object for each value. Filled by one thread, then only read.
 */
public final class FeatureTable {
    private static final Kind[] KINDS = Kind.values();
    private static final State[] STATES = State.values();

    private final int rows;
    private final int width;
    private final byte[] states;
    private final long[] eventTimes;
    private final byte[] kinds;
    private final long[] bits;
    private @Nullable Object[] objects = {};
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
        this.kinds = new byte[rows * width];
        this.bits = new long[rows * width];
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
        return KINDS[kinds[row * width + column]];
    }

    /** The value of a {@link Kind#BOOL} (0 or 1), an {@link Kind#INT}, a {@link Kind#TIME}, or the IEEE bits of a {@link Kind#REAL}. */
    public long bits(int row, int column) {
        return bits[row * width + column];
    }

    /** What a {@link Kind#TEXT} or {@link Kind#BYTES} is a part of: not a copy, leave it alone. */
    public byte[] bytes(int row, int column) {
        return objects[row * width + column] instanceof byte[] bytes ? bytes : new byte[0];
    }

    /** Where a text or bytes begin in {@link #bytes}. */
    public int from(int row, int column) {
        return (int) (bits[row * width + column] >>> 32);
    }

    /** How many bytes a text or bytes have. */
    public int length(int row, int column) {
        return (int) bits[row * width + column];
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
            case OBJECT -> objects[row * width + column] instanceof FeatureValue value ? value : null;
        };
    }

    /** The state of a row that was found, with the event time of its newest event. */
    public void found(int row, long eventTimeMicros, boolean expired) {
        states[row] = (byte) (expired ? State.EXPIRED : State.FRESH).ordinal();
        eventTimes[row] = eventTimeMicros;
    }

    public void beforeRetention(int row, long earliestMicros) {
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

    /** A copy of a row that can be put into other tables of the same features; null where {@link #unchanged} was not said of it. */
    public @Nullable FeatureRow copy(int row) {
        if (unchangedFrom.length == 0 || unchangedFrom[row] >= unchangedTo[row]) {
            return null;
        }
        int from = row * width;
        return new FeatureRow(
                STATES[states[row]] != State.MISSING,
                eventTimes[row],
                Arrays.copyOfRange(kinds, from, from + width),
                Arrays.copyOfRange(bits, from, from + width),
                objects.length == 0 ? null : Arrays.copyOfRange(objects, from, from + width),
                unchangedFrom[row],
                unchangedTo[row]);
    }

    /** Puts the values of a row's copy into a row; {@code expired} as it is at this row's instant. */
    public void paste(int row, FeatureRow copy, boolean expired) {
        int to = row * width;
        System.arraycopy(copy.kinds(), 0, kinds, to, width);
        System.arraycopy(copy.bits(), 0, bits, to, width);
        @Nullable Object[] copied = copy.objects();
        if (copied != null) {
            System.arraycopy(copied, 0, objects(), to, width);
        }
        if (copy.isFound()) {
            found(row, copy.eventTimeMicros(), expired);
        }
    }

    /** Takes a row of another table of the same features. */
    public void take(int row, FeatureTable from, int fromRow) {
        System.arraycopy(from.kinds, fromRow * width, kinds, row * width, width);
        System.arraycopy(from.bits, fromRow * width, bits, row * width, width);
        if (from.objects.length > 0) {
            System.arraycopy(from.objects, fromRow * width, objects(), row * width, width);
        }
        states[row] = from.states[fromRow];
        eventTimes[row] = from.eventTimes[fromRow];
    }

    public void setNull(int row, int column) {
        kinds[row * width + column] = (byte) Kind.NULL.ordinal();
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
        objects()[row * width + column] = source;
    }

    /** Bytes in a part of an array that nobody changes any more. */
    public void setBytes(int row, int column, byte[] source, int from, int length) {
        set(row, column, Kind.BYTES, (long) from << 32 | length);
        objects()[row * width + column] = source;
    }

    public void set(int row, int column, @Nullable FeatureValue value) {
        switch (value) {
            case null -> setNull(row, column);
            case FeatureValue.Bool(boolean bool) -> setBool(row, column, bool);
            case FeatureValue.Int(long whole) -> setInt(row, column, whole);
            case FeatureValue.Real(double real) -> setReal(row, column, real);
            case FeatureValue.Time(long micros) -> setTime(row, column, micros);
            case FeatureValue other -> {
                set(row, column, Kind.OBJECT, 0);
                objects()[row * width + column] = other;
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
        kinds[row * width + column] = (byte) kind.ordinal();
        bits[row * width + column] = number;
    }

    private @Nullable Object[] objects() {
        if (objects.length == 0) {
            objects = new Object[rows * width];
        }
        return objects;
    }
}
