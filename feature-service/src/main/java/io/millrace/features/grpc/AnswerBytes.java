package io.millrace.features.grpc;

import com.google.protobuf.CodedOutputStream;
import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An online answer as the bytes of a {@link GetOnlineFeaturesResponse}, written straight from the tables: no message is made for a value or a column. The order of fields of different
 * numbers means nothing in protobuf; the results come last here.
 */
final class AnswerBytes {
    private static final int RESULT = tag(GetOnlineFeaturesResponse.RESULTS_FIELD_NUMBER, 2);
    private static final int VALUES = tag(FeatureColumn.VALUES_FIELD_NUMBER, 2);
    private static final int STATUSES = tag(FeatureColumn.STATUSES_FIELD_NUMBER, 2);
    private static final int EVENT_TIMES = tag(FeatureColumn.EVENT_TIME_MICROS_FIELD_NUMBER, 2);
    private static final int BOOL = tag(Value.BOOL_VALUE_FIELD_NUMBER, 0);
    private static final int INT = tag(Value.INT64_VALUE_FIELD_NUMBER, 0);
    private static final int REAL = tag(Value.DOUBLE_VALUE_FIELD_NUMBER, 1);
    private static final int TEXT = tag(Value.STRING_VALUE_FIELD_NUMBER, 2);
    private static final int BYTES = tag(Value.BYTES_VALUE_FIELD_NUMBER, 2);
    private static final int TIME = tag(Value.TIMESTAMP_VALUE_FIELD_NUMBER, 1);

    private final OnlineAnswer answer;
    private final int rows;

    /** What all columns of a view, or a computed column, end with: statuses and event times. */
    private final byte[][] ends;

    /** Values of the tables that are objects, as messages; null until there is one. */
    private @Nullable Value @Nullable [] objects;

    private AnswerBytes(OnlineAnswer answer) {
        this.answer = answer;
        this.rows = answer.rows();
        this.ends = new byte[answer.views().size() + answer.computed().size()][];
    }

    static byte[] of(OnlineAnswer answer) {
        try {
            return new AnswerBytes(answer).write();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private byte[] write() throws IOException {
        GetOnlineFeaturesResponse rest = ProtoAnswers.withoutResults(answer);
        for (int i = 0; i < ends.length; i++) {
            ends[i] = end(
                    i < answer.views().size()
                            ? answer.views().get(i).table()
                            : answer.computed().get(i - answer.views().size()));
        }
        List<ReadPlan.Output> outputs = answer.plan().outputs();
        int[] lengths = new int[outputs.size()];
        int length = rest.getSerializedSize();
        for (int i = 0; i < lengths.length; i++) {
            ReadPlan.Output output = outputs.get(i);
            lengths[i] = valuesLength(i, output) + ends[output.view()].length;
            length += 1 + CodedOutputStream.computeUInt32SizeNoTag(lengths[i]) + lengths[i];
        }
        byte[] bytes = new byte[length];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        rest.writeTo(out);
        for (int i = 0; i < lengths.length; i++) {
            ReadPlan.Output output = outputs.get(i);
            out.writeUInt32NoTag(RESULT);
            out.writeUInt32NoTag(lengths[i]);
            writeValues(out, i, output);
            out.writeRawBytes(ends[output.view()]);
        }
        out.checkNoSpaceLeft();
        return bytes;
    }

    private byte[] end(FeatureTable table) throws IOException {
        int times = rows * Long.BYTES;
        byte[] bytes = new byte
                [2
                        + CodedOutputStream.computeUInt32SizeNoTag(rows)
                        + rows
                        + CodedOutputStream.computeUInt32SizeNoTag(times)
                        + times];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeUInt32NoTag(STATUSES);
        out.writeUInt32NoTag(rows);
        for (int row = 0; row < rows; row++) {
            out.write((byte) ProtoAnswers.status(table.state(row)).getNumber());
        }
        out.writeUInt32NoTag(EVENT_TIMES);
        out.writeUInt32NoTag(times);
        for (int row = 0; row < rows; row++) {
            out.writeFixed64NoTag(ProtoAnswers.eventTime(table, row));
        }
        return bytes;
    }

    private int valuesLength(int index, ReadPlan.Output output) {
        FeatureTable table = answer.table(output);
        int length = 0;
        for (int row = 0; row < rows; row++) {
            int value = valueLength(table, row, output.column(), index);
            length += 1 + CodedOutputStream.computeUInt32SizeNoTag(value) + value;
        }
        return length;
    }

    private int valueLength(FeatureTable table, int row, int column, int index) {
        return switch (table.kind(row, column)) {
            case NULL -> 0;
            case BOOL -> 2;
            case INT -> 1 + CodedOutputStream.computeSInt64SizeNoTag(table.bits(row, column));
            case REAL, TIME -> 1 + Long.BYTES;
            case TEXT, BYTES -> {
                int length = table.length(row, column);
                yield 1 + CodedOutputStream.computeUInt32SizeNoTag(length) + length;
            }
            case OBJECT -> object(table, row, column, index).getSerializedSize();
        };
    }

    private void writeValues(CodedOutputStream out, int index, ReadPlan.Output output) throws IOException {
        FeatureTable table = answer.table(output);
        int column = output.column();
        for (int row = 0; row < rows; row++) {
            out.write((byte) VALUES);
            out.writeUInt32NoTag(valueLength(table, row, column, index));
            switch (table.kind(row, column)) {
                case NULL -> {}
                case BOOL -> {
                    out.write((byte) BOOL);
                    out.write((byte) table.bits(row, column));
                }
                case INT -> {
                    out.write((byte) INT);
                    out.writeSInt64NoTag(table.bits(row, column));
                }
                case REAL -> {
                    out.write((byte) REAL);
                    out.writeFixed64NoTag(table.bits(row, column));
                }
                case TIME -> {
                    out.write((byte) TIME);
                    out.writeFixed64NoTag(table.bits(row, column));
                }
                case TEXT -> write(out, TEXT, table, row, column);
                case BYTES -> write(out, BYTES, table, row, column);
                case OBJECT -> object(table, row, column, index).writeTo(out);
            }
        }
    }

    private static void write(CodedOutputStream out, int tag, FeatureTable table, int row, int column)
            throws IOException {
        int length = table.length(row, column);
        out.write((byte) tag);
        out.writeUInt32NoTag(length);
        out.write(table.bytes(row, column), table.from(row, column), length);
    }

    /** Made once: its length is asked for before it is written. */
    private Value object(FeatureTable table, int row, int column, int index) {
        @Nullable Value[] made = objects;
        if (made == null) {
            made = new Value[rows * answer.plan().outputs().size()];
            objects = made;
        }
        int place = index * rows + row;
        Value value = made[place];
        if (value == null) {
            value = ProtoValues.of(table.value(row, column));
            made[place] = value;
        }
        return value;
    }

    /** All tags here are below 128: one byte. */
    private static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }
}
