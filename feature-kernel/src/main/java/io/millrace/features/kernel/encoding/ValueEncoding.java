package io.millrace.features.kernel.encoding;

import io.millrace.features.kernel.EntityKey;
import io.millrace.features.kernel.FeatureValue;
import io.millrace.features.kernel.table.FeatureTable;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Values and entity keys as bytes. Equal values have equal bytes, and different ones different bytes. */
public final class ValueEncoding {
    private static final int NULL = 0;
    private static final int FALSE = 1;
    private static final int TRUE = 2;
    private static final int INT = 3;
    private static final int REAL = 4;
    private static final int TEXT = 5;
    private static final int BYTES = 6;
    private static final int TIME = 7;
    private static final int MANY = 8;
    private static final int COUNTS = 9;
    private static final int VECTOR = 10;

    private ValueEncoding() {}

    public static void write(@Nullable FeatureValue value, ByteWriter out) {
        switch (value) {
            case null -> out.octet(NULL);
            case FeatureValue.Bool(boolean bool) -> out.octet(bool ? TRUE : FALSE);
            case FeatureValue.Int(long number) -> {
                out.octet(INT);
                out.signed(number);
            }
            case FeatureValue.Real(double real) -> {
                out.octet(REAL);
                out.int64(Double.doubleToLongBits(real));
            }
            case FeatureValue.Text(String text) -> {
                out.octet(TEXT);
                out.text(text);
            }
            case FeatureValue.Bytes(byte[] bytes) -> {
                out.octet(BYTES);
                out.block(bytes);
            }
            case FeatureValue.Time(long micros) -> {
                out.octet(TIME);
                out.signed(micros);
            }
            case FeatureValue.Many(List<FeatureValue> values) -> {
                out.octet(MANY);
                out.unsigned(values.size());
                values.forEach(each -> write(each, out));
            }
            case FeatureValue.Counts(var counts) -> {
                out.octet(COUNTS);
                out.unsigned(counts.size());
                counts.forEach((text, count) -> {
                    out.text(text);
                    out.signed(count);
                });
            }
            case FeatureValue.Vector(float[] elements) -> {
                out.octet(VECTOR);
                out.unsigned(elements.length);
                for (float element : elements) {
                    out.int32(Float.floatToIntBits(element));
                }
            }
        }
    }

    public static @Nullable FeatureValue read(ByteReader in) {
        int tag = in.octet();
        return switch (tag) {
            case NULL -> null;
            case FALSE -> new FeatureValue.Bool(false);
            case TRUE -> new FeatureValue.Bool(true);
            case INT -> new FeatureValue.Int(in.signed());
            case REAL -> new FeatureValue.Real(Double.longBitsToDouble(in.int64()));
            case TEXT -> new FeatureValue.Text(in.text());
            case BYTES -> new FeatureValue.Bytes(in.block());
            case TIME -> new FeatureValue.Time(in.signed());
            case MANY -> many(in);
            case COUNTS -> counts(in);
            case VECTOR -> vector(in);
            default -> throw new EncodingException("no kind of value has the tag " + tag);
        };
    }

    /** Reads a value into a cell of a table, where it is no object. */
    public static void read(ByteReader in, FeatureTable into, int row, int column) {
        int from = in.at();
        int tag = in.octet();
        switch (tag) {
            case NULL -> into.setNull(row, column);
            case FALSE -> into.setBool(row, column, false);
            case TRUE -> into.setBool(row, column, true);
            case INT -> into.setInt(row, column, in.signed());
            case REAL -> into.setReal(row, column, Double.longBitsToDouble(in.int64()));
            case TEXT -> {
                byte[] text = in.block();
                into.setText(row, column, text, 0, text.length);
            }
            case TIME -> into.setTime(row, column, in.signed());
            default -> into.set(row, column, read(in.from(from)));
        }
    }

    /** Passes over a value. */
    public static void skip(ByteReader in) {
        int tag = in.octet();
        switch (tag) {
            case NULL, FALSE, TRUE -> {}
            case INT, TIME -> in.skipNumber();
            case REAL -> in.skip(Long.BYTES);
            case TEXT, BYTES -> in.skip(in.size());
            case MANY -> {
                for (int left = in.size(); left > 0; left--) {
                    skip(in);
                }
            }
            case COUNTS -> {
                for (int left = in.size(); left > 0; left--) {
                    in.skip(in.size());
                    in.skipNumber();
                }
            }
            case VECTOR -> in.skip(Integer.BYTES * in.size());
            default -> throw new EncodingException("no kind of value has the tag " + tag);
        }
    }

    /** An entity's key. */
    public static byte[] key(EntityKey key) {
        var out = new ByteWriter();
        key.values().forEach(value -> write(value, out));
        return out.toBytes();
    }

    private static FeatureValue many(ByteReader in) {
        int size = in.size();
        var values = new ArrayList<FeatureValue>(size);
        for (int i = 0; i < size; i++) {
            FeatureValue value = read(in);
            if (value == null) {
                throw new EncodingException("a null in a list");
            }
            values.add(value);
        }
        return new FeatureValue.Many(values);
    }

    private static FeatureValue counts(ByteReader in) {
        int size = in.size();
        var counts = new TreeMap<String, Long>();
        for (int i = 0; i < size; i++) {
            counts.put(in.text(), in.signed());
        }
        return new FeatureValue.Counts(counts);
    }

    private static FeatureValue vector(ByteReader in) {
        float[] elements = new float[in.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Float.intBitsToFloat(in.int32());
        }
        return new FeatureValue.Vector(elements);
    }
}
