package io.millrace.inference.domain;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as it travels: raw, without a copy between socket and engine.
 *
 * @param shape sizes of its dimensions, each at least 0; a scalar has none
 * @param data the elements, last dimension fastest, little-endian, from position 0 to the limit; BOOL is one byte, 0 or 1; an element of
 *     {@link Datatype#BYTES} is its length as unsigned 32 bits and then its bytes
 */
public record Tensor(String name, Datatype datatype, List<Long> shape, ByteBuffer data) {
    /** What one may hold, so that the bytes of any fixed type can be counted in a long and addressed by an int. */
    private static final long MAX_ELEMENTS = Integer.MAX_VALUE;

    /**
     * @throws IllegalArgumentException with {@link #fault}
     */
    public Tensor {
        shape = List.copyOf(shape);
        String fault = fault(datatype, shape, data);
        if (fault != null) {
            throw new IllegalArgumentException("tensor '" + name + "' " + fault);
        }
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Why shape and data do not fit together, as the end of a sentence that begins with the tensor; null where they do. */
    public static @Nullable String fault(Datatype datatype, List<Long> shape, ByteBuffer data) {
        long elements = elements(shape);
        if (elements < 0) {
            return "has the shape " + shape + ": sizes are 0 or more, and at most " + MAX_ELEMENTS + " elements";
        }
        if (datatype == Datatype.BYTES) {
            return faultOfStrings(elements, data.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        }
        long expected = elements * datatype.bytes();
        return expected == data.remaining()
                ? null
                : "holds " + data.remaining() + " bytes, but " + datatype + " " + shape + " takes " + expected;
    }

    private static @Nullable String faultOfStrings(long elements, ByteBuffer data) {
        int whole = data.remaining();
        for (long element = 0; element < elements; element++) {
            if (data.remaining() < Integer.BYTES) {
                return "holds " + element + " elements in " + whole + " bytes, its shape has " + elements;
            }
            long length = Integer.toUnsignedLong(data.getInt());
            if (length > data.remaining()) {
                return "says that element " + element + " has " + length + " bytes; " + data.remaining() + " are left";
            }
            data.position(data.position() + (int) length);
        }
        return data.hasRemaining() ? "has " + data.remaining() + " bytes behind its last element" : null;
    }

    /** How many elements a shape has; -1 where a size is negative or there are too many. */
    public static long elements(List<Long> shape) {
        long elements = 1;
        for (int i = 0; i < shape.size(); i++) {
            long size = shape.get(i);
            if (size < 0 || (size > 0 && elements > MAX_ELEMENTS / size)) {
                return -1;
            }
            elements *= size;
        }
        return elements;
    }

    public int elements() {
        return (int) elements(shape);
    }

    /** The same data under another name. */
    public Tensor named(String other) {
        return new Tensor(other, datatype, shape, data);
    }

    /** The elements of a tensor of {@link Datatype#BYTES}, in order. */
    public List<ByteBuffer> strings() {
        if (datatype != Datatype.BYTES) {
            throw new IllegalStateException("tensor '" + name + "' is of " + datatype);
        }
        var strings = new ByteBuffer[elements()];
        int at = 0;
        for (int element = 0; element < strings.length; element++) {
            int length = data.getInt(at);
            strings[element] = data.slice(at + Integer.BYTES, length);
            at += Integer.BYTES + length;
        }
        return List.of(strings);
    }

    /**
     * An element of a tensor of numbers: a Double of floats of all widths, else a Long; BOOL is 0 or 1, and of {@link Datatype#UINT64} it is the bits.
     *
     * @param element in the order of the data
     */
    public Number number(int element) {
        int at = element * datatype.bytes();
        return switch (datatype) {
            case BOOL, UINT8 -> (long) Byte.toUnsignedInt(data.get(at));
            case UINT16 -> (long) Short.toUnsignedInt(data.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case INT8 -> (long) data.get(at);
            case INT16 -> (long) data.getShort(at);
            case INT32 -> (long) data.getInt(at);
            case UINT64, INT64 -> data.getLong(at);
            case FP16 -> (double) Float.float16ToFloat(data.getShort(at));
            case BF16 -> (double) Float.intBitsToFloat(data.getShort(at) << 16);
            case FP32 -> (double) data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case BYTES -> throw new IllegalStateException("tensor '" + name + "' is of " + datatype);
        };
    }

    /** A tensor of byte strings. */
    public static Tensor ofStrings(String name, List<Long> shape, List<byte[]> elements) {
        int size = elements.stream()
                .mapToInt(element -> Integer.BYTES + element.length)
                .reduce(0, Math::addExact);
        ByteBuffer data = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] element : elements) {
            data.putInt(element.length).put(element);
        }
        return new Tensor(name, Datatype.BYTES, shape, data.flip());
    }
}
