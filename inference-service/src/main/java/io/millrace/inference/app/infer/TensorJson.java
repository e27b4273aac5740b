package io.millrace.inference.app.infer;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tensor's elements as JSON: flat, or nested to any depth that a body may have; only their order and number count. */
public final class TensorJson {
    private static final int MAX_DEPTH = 100;

    private TensorJson() {}

    /**
     * Reads the array that the parser stands at the beginning of, to its end.
     *
     * @param where for the words
     * @param shape sizes of 0 or more
     * @throws Refusal INVALID_TENSOR
     */
    public static ByteBuffer read(JsonParser json, String where, Datatype type, List<Long> shape) throws IOException {
        if (type == Datatype.FP16 || type == Datatype.BF16) {
            throw refused(where, type + " does not travel as JSON: send it as binary data");
        }
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw refused(where, "'data' must be an array, was " + json.currentToken());
        }
        long elements = Tensor.elements(shape);
        if (elements < 0) {
            throw refused(where, "the shape " + shape + " is not one: sizes are 0 or more, and not too many elements");
        }
        return type == Datatype.BYTES ? strings(json, where, elements) : fixed(json, where, type, elements);
    }

    /** Takes the element that the parser stands at. */
    @FunctionalInterface
    private interface Taker {
        void take(JsonToken token) throws IOException;
    }

    private static ByteBuffer fixed(JsonParser json, String where, Datatype type, long elements) throws IOException {
        // The shape is the caller's word; room for more than was sent is not made.
        var data = new ByteBuffer[] {room(Math.min(elements, 1024) * type.bytes())};
        walk(json, where, elements, _ -> {
            if (data[0].remaining() < type.bytes()) {
                data[0] = room(Math.min(elements * type.bytes(), data[0].capacity() * 2L))
                        .put(data[0].flip());
            }
            put(json, where, type, data[0]);
        });
        return data[0].flip();
    }

    private static ByteBuffer room(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer strings(JsonParser json, String where, long elements) throws IOException {
        var strings = new ArrayList<byte[]>();
        walk(json, where, elements, token -> {
            if (token != JsonToken.VALUE_STRING) {
                throw refused(where, "element " + strings.size() + " of BYTES must be a string, was " + token);
            }
            strings.add(json.getText().getBytes(StandardCharsets.UTF_8));
        });
        return Tensor.ofStrings("", List.of(elements), strings).data();
    }

    /** Visits the elements of the array that the parser stands at the beginning of, in whatever arrays they are. */
    private static void walk(JsonParser json, String where, long elements, Taker taker) throws IOException {
        long count = 0;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = json.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth = deeper(where, depth);
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else if (++count > elements) {
                throw refused(where, "'data' has more elements than the " + elements + " of its shape");
            } else {
                taker.take(token);
            }
        }
        if (count != elements) {
            throw refused(where, "'data' has " + count + " elements, its shape has " + elements);
        }
    }

    private static int deeper(String where, int depth) {
        if (depth == MAX_DEPTH) {
            throw refused(where, "'data' is nested deeper than " + MAX_DEPTH);
        }
        return depth + 1;
    }

    private static void put(JsonParser json, String where, Datatype type, ByteBuffer data) throws IOException {
        JsonToken token = json.currentToken();
        boolean fits =
                switch (type) {
                    case BOOL -> token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE;
                    case FP32, FP64 -> token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT;
                    default -> token == JsonToken.VALUE_NUMBER_INT;
                };
        if (!fits) {
            throw refused(where, "'" + json.getText() + "' is no " + type);
        }
        switch (type) {
            case BOOL -> data.put((byte) (token == JsonToken.VALUE_TRUE ? 1 : 0));
            case FP32 -> data.putFloat(json.getFloatValue());
            case FP64 -> data.putDouble(json.getDoubleValue());
            case UINT64 -> {
                var value = json.getBigIntegerValue();
                if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
                    throw refused(where, value + " is no UINT64");
                }
                data.putLong(value.longValue());
            }
            default -> whole(json, where, type, data);
        }
    }

    private static void whole(JsonParser json, String where, Datatype type, ByteBuffer data) throws IOException {
        long value;
        try {
            value = json.getLongValue();
        } catch (InputCoercionException e) {
            throw refused(where, json.getText() + " is no " + type);
        }
        if (!type.holds(value)) {
            throw refused(where, value + " is no " + type);
        }
        switch (type.bytes()) {
            case Byte.BYTES -> data.put((byte) value);
            case Short.BYTES -> data.putShort((short) value);
            case Integer.BYTES -> data.putInt((int) value);
            default -> data.putLong(value);
        }
    }

    /**
     * Writes a tensor's elements as a flat array. NaN and infinities are written as {@code NaN}, {@code Infinity} and {@code -Infinity}, as Triton does and Python reads; bytes that are not
     * UTF-8, and floats of 16 bits, are refused: they travel as binary data.
     *
     * @throws Refusal INVALID_REQUEST
     */
    public static void write(JsonGenerator json, Tensor tensor) throws IOException {
        json.writeStartArray();
        if (tensor.datatype() == Datatype.BYTES) {
            for (ByteBuffer element : tensor.strings()) {
                json.writeString(text(tensor, element));
            }
        } else {
            ByteBuffer data = tensor.data();
            int bytes = tensor.datatype().bytes();
            for (int at = 0; at < data.limit(); at += bytes) {
                write(json, tensor, data, at);
            }
        }
        json.writeEndArray();
    }

    private static String text(Tensor tensor, ByteBuffer element) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(element).toString();
        } catch (CharacterCodingException e) {
            throw unwritable(tensor, "holds bytes that are not UTF-8", e);
        }
    }

    private static void write(JsonGenerator json, Tensor tensor, ByteBuffer data, int at) throws IOException {
        switch (tensor.datatype()) {
            case BOOL -> json.writeBoolean(data.get(at) != 0);
            case UINT8 -> json.writeNumber(Byte.toUnsignedInt(data.get(at)));
            case UINT16 -> json.writeNumber(Short.toUnsignedInt(data.getShort(at)));
            case UINT32 -> json.writeNumber(Integer.toUnsignedLong(data.getInt(at)));
            case UINT64 -> json.writeNumber(Long.toUnsignedString(data.getLong(at)));
            case INT8 -> json.writeNumber(data.get(at));
            case INT16 -> json.writeNumber(data.getShort(at));
            case INT32 -> json.writeNumber(data.getInt(at));
            case INT64 -> json.writeNumber(data.getLong(at));
            case FP32 -> json.writeNumber(data.getFloat(at));
            case FP64 -> json.writeNumber(data.getDouble(at));
            case FP16, BF16 -> throw unwritable(tensor, "is " + tensor.datatype(), null);
            case BYTES -> throw new IllegalStateException("BYTES are written as strings");
        }
    }

    private static Refusal unwritable(Tensor tensor, String why, @Nullable CharacterCodingException e) {
        return new Refusal(
                InferenceReason.INVALID_REQUEST,
                "output '" + tensor.name() + "' " + why + ", which JSON cannot carry: ask for binary data",
                e);
    }

    /** INVALID_TENSOR about a place of a body. */
    public static Refusal refused(String where, String what) {
        return new Refusal(
                InferenceReason.INVALID_TENSOR, where + ": " + what, List.of(new Refusal.Detail(where, what)));
    }
}
