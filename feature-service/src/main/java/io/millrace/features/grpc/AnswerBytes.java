package io.millrace.features.grpc;

import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.Staleness;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.SourcePartition;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.features.v1.ViewStaleness;
import java.util.List;
import java.util.Map;

/**
 * An online answer as the bytes of a {@link GetOnlineFeaturesResponse}, written straight from the tables: no message is made for a number, a text or a column. The order of fields of
 * different numbers means nothing in protobuf; the results come last here.
 */
final class AnswerBytes {
    private static final int NAME = EncodedMessage.delimited(GetOnlineFeaturesResponse.FEATURE_NAMES_FIELD_NUMBER);
    private static final int RESULT = EncodedMessage.delimited(GetOnlineFeaturesResponse.RESULTS_FIELD_NUMBER);
    private static final int COMPLETE = EncodedMessage.tag(GetOnlineFeaturesResponse.COMPLETE_FIELD_NUMBER, 0);
    private static final int POSITION = EncodedMessage.delimited(GetOnlineFeaturesResponse.POSITIONS_FIELD_NUMBER);
    private static final int VERSION = EncodedMessage.delimited(GetOnlineFeaturesResponse.VIEW_VERSIONS_FIELD_NUMBER);
    private static final int STALENESS = EncodedMessage.delimited(GetOnlineFeaturesResponse.STALENESS_FIELD_NUMBER);
    private static final int NOTE = EncodedMessage.delimited(GetOnlineFeaturesResponse.NOTES_FIELD_NUMBER);
    private static final int STALE_VIEW = EncodedMessage.delimited(ViewStaleness.VIEW_VERSION_FIELD_NUMBER);
    private static final int AGE = EncodedMessage.tag(ViewStaleness.NEWEST_EVENT_AGE_MICROS_FIELD_NUMBER, 0);
    private static final int LAG = EncodedMessage.tag(ViewStaleness.LAG_FIELD_NUMBER, 0);
    private static final int POSITION_VIEW = EncodedMessage.delimited(SourcePosition.VIEW_VERSION_FIELD_NUMBER);
    private static final int TOPIC = EncodedMessage.delimited(SourcePosition.TOPIC_FIELD_NUMBER);
    private static final int TOPIC_ID = EncodedMessage.delimited(SourcePosition.TOPIC_ID_FIELD_NUMBER);
    private static final int PARTITION = EncodedMessage.tag(SourcePosition.PARTITION_FIELD_NUMBER, 0);
    private static final int OFFSET = EncodedMessage.tag(SourcePosition.OFFSET_FIELD_NUMBER, 0);
    private static final int DEFINITION = EncodedMessage.delimited(SourcePosition.DEFINITION_FIELD_NUMBER);
    private static final int VALUES = EncodedMessage.delimited(FeatureColumn.VALUES_FIELD_NUMBER);
    private static final int STATUSES = EncodedMessage.delimited(FeatureColumn.STATUSES_FIELD_NUMBER);
    private static final int EVENT_TIMES = EncodedMessage.delimited(FeatureColumn.EVENT_TIME_MICROS_FIELD_NUMBER);
    private static final int BOOL = EncodedMessage.tag(Value.BOOL_VALUE_FIELD_NUMBER, 0);
    private static final int INT = EncodedMessage.tag(Value.INT64_VALUE_FIELD_NUMBER, 0);
    private static final int REAL = EncodedMessage.tag(Value.DOUBLE_VALUE_FIELD_NUMBER, 1);
    private static final int TEXT = EncodedMessage.delimited(Value.STRING_VALUE_FIELD_NUMBER);
    private static final int BYTES = EncodedMessage.delimited(Value.BYTES_VALUE_FIELD_NUMBER);
    private static final int TIME = EncodedMessage.tag(Value.TIMESTAMP_VALUE_FIELD_NUMBER, 1);
    private static final int FIXED_VALUE = 1 + Long.BYTES;
    private static final int MOST_OF_A_NUMBER = 13;

    /** What a value takes that is a number, and what a row adds to a column beside its value. */
    private static final int EXPECTED_VALUE = MOST_OF_A_NUMBER + 9;

    private static final int EXPECTED_OF_A_COLUMN = 48;
    private static final int EXPECTED_BESIDE = 512;

    private final OnlineAnswer answer;
    private final int rows;
    private final EncodedMessage out;

    private AnswerBytes(OnlineAnswer answer) {
        this.answer = answer;
        this.rows = answer.rows();
        int columns = answer.plan().outputs().size();
        this.out = EncodedMessage.lent(EXPECTED_BESIDE + columns * (EXPECTED_OF_A_COLUMN + rows * EXPECTED_VALUE));
    }

    static EncodedMessage of(OnlineAnswer answer) {
        return new AnswerBytes(answer).write();
    }

    private EncodedMessage write() {
        int count = answer.views().size() + answer.computed().size();
        byte[][] ends = new byte[count][];
        long[][] columns = new long[count][];
        boolean[] uniform = new boolean[count];
        for (int i = 0; i < count; i++) {
            FeatureTable table = i < answer.views().size()
                    ? answer.views().get(i).table()
                    : answer.computed().get(i - answer.views().size());
            ends[i] = end(table);
            columns[i] = table.columns();
            uniform[i] = table.isUniform();
        }
        List<ReadPlan.Output> outputs = answer.plan().outputs();
        for (int i = outputs.size() - 1; i >= 0; i--) {
            ReadPlan.Output output = outputs.get(i);
            int before = out.length();
            out.raw(ends[output.view()]);
            FeatureTable table = answer.table(output);
            long[] bits = columns[output.view()];
            if (!uniform[output.view()] || !alike(table.kind(0, output.column()), bits, output.column() * rows)) {
                values(table, output.column(), bits);
            }
            out.close(RESULT, before);
        }
        for (String note : answer.notes().reversed()) {
            out.text(NOTE, note);
        }
        for (int i = answer.views().size() - 1; i >= 0; i--) {
            view(i);
        }
        if (answer.complete()) {
            out.octet(1);
            out.octet(COMPLETE);
        }
        for (int i = outputs.size() - 1; i >= 0; i--) {
            out.text(NAME, outputs.get(i).name());
        }
        return out;
    }

    /** A view's version, positions and staleness. */
    private void view(int i) {
        FeatureView view = answer.plan().parts().get(i).view();
        String version = view.id().toString();
        Staleness stale = answer.staleness().get(i);
        int before = out.length();
        if (stale.lag().isPresent()) {
            out.varint(stale.lag().getAsLong());
            out.octet(LAG);
        }
        if (stale.ageMicros().isPresent()) {
            out.varint(stale.ageMicros().getAsLong());
            out.octet(AGE);
        }
        out.text(STALE_VIEW, version);
        out.close(STALENESS, before);
        out.text(VERSION, version);
        Map<SourcePartition, Long> positions = answer.views().get(i).positions();
        for (SourcePartition partition : ProtoAnswers.sorted(positions).reversed()) {
            position(
                    version,
                    answer.plan().parts().get(i).definition(),
                    partition,
                    positions.getOrDefault(partition, 0L));
        }
    }

    private void position(String version, String definition, SourcePartition partition, long offset) {
        int before = out.length();
        out.text(DEFINITION, definition);
        if (offset != 0) {
            out.varint(offset);
            out.octet(OFFSET);
        }
        if (partition.partition() != 0) {
            out.varint(partition.partition());
            out.octet(PARTITION);
        }
        out.text(TOPIC_ID, partition.topicId());
        out.text(TOPIC, partition.topic());
        out.text(POSITION_VIEW, version);
        out.close(POSITION, before);
    }

    /** What all columns of a view, or a computed column, end with: statuses and event times. */
    private byte[] end(FeatureTable table) {
        var end = new EncodedMessage(2 * 5 + rows * (1 + Long.BYTES));
        for (int row = rows - 1; row >= 0; row--) {
            end.fixed64(ProtoAnswers.eventTime(table, row));
        }
        end.close(EVENT_TIMES, 0);
        int before = end.length();
        for (int row = rows - 1; row >= 0; row--) {
            end.octet(ProtoAnswers.status(table.state(row)).getNumber());
        }
        end.close(STATUSES, before);
        return end.toBytes();
    }

    /**
     * Writes a column whose values are all of one kind. Most of a wide answer is written here.
     *
     * @param from where its bits begin
     * @return false, and nothing is written, where the kind is no number
     */
    private boolean alike(FeatureTable.Kind kind, long[] bits, int from) {
        switch (kind) {
            case REAL -> fixed(REAL, bits, from);
            case TIME -> fixed(TIME, bits, from);
            case INT -> whole(bits, from);
            case NULL, BOOL, TEXT, BYTES, OBJECT -> {
                return false;
            }
        }
        return true;
    }

    private void fixed(int tag, long[] bits, int from) {
        out.room(rows * MOST_OF_A_NUMBER);
        byte[] bytes = out.buffer();
        int head = VALUES | FIXED_VALUE << Byte.SIZE | tag << 2 * Byte.SIZE;
        int at = out.from();
        for (int i = from + rows - 1; i >= from; i--) {
            at -= FIXED_VALUE + 2;
            EncodedMessage.putFixed32(bytes, at, head);
            EncodedMessage.putFixed64(bytes, at + 3, bits[i]);
        }
        out.from(at);
    }

    private void whole(long[] bits, int from) {
        out.room(rows * MOST_OF_A_NUMBER);
        byte[] bytes = out.buffer();
        int at = out.from();
        for (int i = from + rows - 1; i >= from; i--) {
            at = putInt(bytes, at, bits[i]);
        }
        out.from(at);
    }

    /** Puts a whole number before {@code end}; says where it begins. */
    private static int putInt(byte[] bytes, int end, long value) {
        long number = EncodedMessage.zigzagged(value);
        int length = EncodedMessage.varintLength(number);
        int at = end - length - 3;
        bytes[at] = (byte) VALUES;
        bytes[at + 1] = (byte) (length + 1);
        bytes[at + 2] = (byte) INT;
        EncodedMessage.putVarint(bytes, at + 3, number, length);
        return at;
    }

    private void values(FeatureTable table, int column, long[] bits) {
        int row = rows - 1;
        while (row >= 0) {
            row = numbers(table, row, column, bits);
            if (row >= 0) {
                other(table, row, column);
                row--;
            }
        }
    }

    /**
     * Writes the values of a row and of those before it, down to one that is no number.
     *
     * @return the row that is no number; −1 where all are
     */
    private int numbers(FeatureTable table, int last, int column, long[] bits) {
        out.room((last + 1) * MOST_OF_A_NUMBER);
        byte[] bytes = out.buffer();
        int at = out.from();
        int row = last;
        for (; row >= 0; row--) {
            FeatureTable.Kind kind = table.kind(row, column);
            long value = bits[column * rows + row];
            if (kind == FeatureTable.Kind.REAL || kind == FeatureTable.Kind.TIME) {
                at -= FIXED_VALUE + 2;
                bytes[at] = (byte) VALUES;
                bytes[at + 1] = FIXED_VALUE;
                bytes[at + 2] = (byte) (kind == FeatureTable.Kind.REAL ? REAL : TIME);
                EncodedMessage.putFixed64(bytes, at + 3, value);
            } else if (kind == FeatureTable.Kind.INT) {
                at = putInt(bytes, at, value);
            } else if (kind == FeatureTable.Kind.BOOL) {
                at -= 4;
                bytes[at] = (byte) VALUES;
                bytes[at + 1] = 2;
                bytes[at + 2] = (byte) BOOL;
                bytes[at + 3] = (byte) value;
            } else if (kind == FeatureTable.Kind.NULL) {
                at -= 2;
                bytes[at] = (byte) VALUES;
                bytes[at + 1] = 0;
            } else {
                break;
            }
        }
        out.from(at);
        return row;
    }

    private void other(FeatureTable table, int row, int column) {
        int before = out.length();
        switch (table.kind(row, column)) {
            case TEXT -> part(TEXT, table, row, column);
            case BYTES -> part(BYTES, table, row, column);
            case OBJECT -> out.raw(ProtoValues.of(table.value(row, column)).toByteArray());
            case NULL, BOOL, INT, REAL, TIME -> throw new IllegalStateException("a number");
        }
        out.close(VALUES, before);
    }

    private void part(int tag, FeatureTable table, int row, int column) {
        int before = out.length();
        out.raw(table.bytes(row, column), table.from(row, column), table.length(row, column));
        out.close(tag, before);
    }
}
