package io.millrace.inference.engine.form;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A tensor of numbers in the file.
 *
 * @param dims its shape; none of a scalar
 * @param values the last dimension fastest
 */
record Constant(long[] dims, double[] values) {
    static Constant of(TensorProto tensor) throws UnreadException {
        TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
        double[] values = tensor.getRawData().isEmpty() ? typed(tensor, type) : raw(tensor, type);
        long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
        long elements = 1;
        for (long dim : dims) {
            elements *= dim;
        }
        if (elements != values.length) {
            throw new UnreadException("has " + values.length + " numbers in tensor '" + tensor.getName()
                    + "', whose shape takes " + elements);
        }
        return new Constant(dims, values);
    }

    private static double[] typed(TensorProto tensor, TensorProto.DataType type) throws UnreadException {
        return switch (type) {
            case FLOAT ->
                tensor.getFloatDataList().stream()
                        .mapToDouble(Float::doubleValue)
                        .toArray();
            case DOUBLE ->
                tensor.getDoubleDataList().stream()
                        .mapToDouble(Double::doubleValue)
                        .toArray();
            case INT64 ->
                tensor.getInt64DataList().stream()
                        .mapToDouble(Long::doubleValue)
                        .toArray();
            case INT32, UINT8, INT8, BOOL ->
                tensor.getInt32DataList().stream()
                        .mapToDouble(Integer::doubleValue)
                        .toArray();
            default -> throw unread(tensor, type);
        };
    }

    private static double[] raw(TensorProto tensor, TensorProto.DataType type) throws UnreadException {
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        int width =
                switch (type) {
                    case FLOAT, INT32 -> Integer.BYTES;
                    case DOUBLE, INT64 -> Long.BYTES;
                    case UINT8, INT8, BOOL -> 1;
                    default -> throw unread(tensor, type);
                };
        double[] values = new double[raw.remaining() / width];
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case FLOAT -> raw.getFloat(i * width);
                case INT32 -> raw.getInt(i * width);
                case DOUBLE -> raw.getDouble(i * width);
                case INT64 -> raw.getLong(i * width);
                case UINT8, BOOL -> Byte.toUnsignedInt(raw.get(i));
                default -> raw.get(i);
            };
        }
        return values;
    }

    private static UnreadException unread(TensorProto tensor, TensorProto.DataType type) {
        return new UnreadException("has a tensor '" + tensor.getName() + "' of " + type);
    }

    /** The number for a column, where it is added to or multiplied with columns: a scalar, or one for each. */
    double broadcast(int column, int columns) throws UnreadException {
        if (values.length == 1) {
            return values[0];
        }
        boolean oneRow = dims.length == 1 || dims.length == 2 && dims[0] == 1;
        if (!oneRow || values.length != columns) {
            throw new UnreadException(
                    "combines " + columns + " columns with a tensor of " + values.length + " numbers");
        }
        return values[column];
    }
}
