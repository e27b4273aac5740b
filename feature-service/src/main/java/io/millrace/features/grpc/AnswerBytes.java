package io.millrace.features.grpc;

import io.millrace.features.app.OnlineAnswer;
import io.millrace.features.app.ReadPlan;
import io.millrace.features.app.Staleness;
import io.millrace.features.kernel.FeatureView;
import io.millrace.features.kernel.table.FeatureTable;
import io.millrace.proto.features.v1.FeatureColumn;
import io.millrace.proto.features.v1.GetOnlineFeaturesResponse;
import io.millrace.proto.features.v1.SourcePosition;
import io.millrace.proto.features.v1.Value;
import io.millrace.proto.features.v1.ViewStaleness;
import java.util.List;

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
    private static final int STALE_VIEW = EncodedMessage.delimited(ViewStaleness.VIEW_VERSION_FIELD_NUMBER);
    private static final int AGE = EncodedMessage.tag(ViewStaleness.NEWEST_EVENT_AGE_MICROS_FIELD_NUMBER, 0);
    private static final int LAG = EncodedMessage.tag(ViewStaleness.LAG_FIELD_NUMBER, 0);
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

    /** What a value takes that is a number, and what a row adds to a column beside its value. */
    private static final int EXPECTED_VALUE = 13 + 9;

    private static final int EXPECTED_OF_A_COLUMN = 48;
    private static final int EXPECTED_BESIDE = 512;

    private final OnlineAnswer answer;
    private final int rows;
    private final EncodedMessage out;

    private AnswerBytes(OnlineAnswer answer) {
        this.answer = answer;
        this.rows = answer.rows();
        int columns = answer.plan().outputs().size();
        this.out = new EncodedMessage(EXPECTED_BESIDE + columns * (EXPECTED_OF_A_COLUMN + rows * EXPECTED_VALUE));
    }

    static EncodedMessage of(OnlineAnswer answer) {
        return new AnswerBytes(answer).write();
    }

    private EncodedMessage write() {
        byte[][] ends = new byte[answer.views().size() + answer.computed().size()][];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = end(
                    i < answer.views().size()
                            ? answer.views().get(i).table()
                            : answer.computed().get(i - answer.views().size()));
        }
        List<ReadPlan.Output> outputs = answer.plan().outputs();
        for (int i = outputs.size() - 1; i >= 0; i--) {
            ReadPlan.Output output = outputs.get(i);
            int before = out.length();
            out.raw(ends[output.view()]);
            values(answer.table(output), output.column());
            out.close(RESULT, before);
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
        List<SourcePosition> positions =
                ProtoAnswers.positions(view.id(), answer.views().get(i).positions());
        for (SourcePosition position : positions.reversed()) {
            int beforePosition = out.length();
            out.raw(position.toByteArray());
            out.close(POSITION, beforePosition);
        }
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

    private void values(FeatureTable table, int column) {
        for (int row = rows - 1; row >= 0; row--) {
            switch (table.kind(row, column)) {
                case REAL -> out.fixed64(VALUES, FIXED_VALUE, REAL, table.bits(row, column));
                case TIME -> out.fixed64(VALUES, FIXED_VALUE, TIME, table.bits(row, column));
                case INT -> {
                    int before = out.length();
                    out.zigzag(table.bits(row, column));
                    out.octet(INT);
                    out.close(VALUES, before);
                }
                case BOOL -> {
                    int before = out.length();
                    out.octet((int) table.bits(row, column));
                    out.octet(BOOL);
                    out.close(VALUES, before);
                }
                case TEXT -> part(TEXT, table, row, column);
                case BYTES -> part(BYTES, table, row, column);
                case NULL -> out.close(VALUES, out.length());
                case OBJECT -> {
                    int before = out.length();
                    out.raw(ProtoValues.of(table.value(row, column)).toByteArray());
                    out.close(VALUES, before);
                }
            }
        }
    }

    private void part(int tag, FeatureTable table, int row, int column) {
        int before = out.length();
        out.raw(table.bytes(row, column), table.from(row, column), table.length(row, column));
        out.close(tag, before);
        out.close(VALUES, before);
    }
}
