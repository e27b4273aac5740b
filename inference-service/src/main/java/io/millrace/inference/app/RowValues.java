package io.millrace.inference.app;

import io.millrace.gate.Refusal;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The elements of a tensor as the values of an event's field. */
public final class RowValues {
    private RowValues() {}

    /**
     * Boolean, Long, Double or String by element.
     *
     * @throws Refusal INVALID_TENSOR for bytes that are not UTF-8 and for UINT64 beyond a long
     */
    public static List<Object> of(Tensor tensor) {
        var values = new ArrayList<Object>(tensor.elements());
        if (tensor.datatype() == Datatype.BYTES) {
            for (ByteBuffer element : tensor.strings()) {
                values.add(text(tensor, element));
            }
            return values;
        }
        for (int i = 0; i < tensor.elements(); i++) {
            values.add(value(tensor, i * tensor.datatype().bytes()));
        }
        return values;
    }

    private static Object value(Tensor tensor, int at) {
        ByteBuffer data = tensor.data();
        return switch (tensor.datatype()) {
            case BOOL -> data.get(at) != 0;
            case UINT8 -> (long) Byte.toUnsignedInt(data.get(at));
            case UINT16 -> (long) Short.toUnsignedInt(data.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case UINT64 -> {
                long value = data.getLong(at);
                if (value < 0) {
                    throw refused(tensor, "holds " + Long.toUnsignedString(value) + ", which is beyond 64 bits signed");
                }
                yield value;
            }
            case INT8 -> (long) data.get(at);
            case INT16 -> (long) data.getShort(at);
            case INT32 -> (long) data.getInt(at);
            case INT64 -> data.getLong(at);
            case FP16 -> (double) Float.float16ToFloat(data.getShort(at));
            case BF16 -> (double) Float.intBitsToFloat(data.getShort(at) << 16);
            case FP32 -> (double) data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case BYTES -> throw new IllegalStateException("BYTES are read as strings");
        };
    }

    private static String text(Tensor tensor, ByteBuffer element) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(element).toString();
        } catch (CharacterCodingException e) {
            throw refused(tensor, "holds bytes that are not UTF-8");
        }
    }

    private static Refusal refused(Tensor tensor, String why) {
        return new Refusal(InferenceReason.INVALID_TENSOR, "input '" + tensor.name() + "' " + why);
    }
}
