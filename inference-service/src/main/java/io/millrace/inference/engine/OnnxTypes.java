package io.millrace.inference.engine;

import ai.djl.ndarray.types.DataType;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.millrace.inference.domain.Datatype;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Element types in their three notations: ours, the file's and the engine's. The engine's Java interface knows no integers of 16 bits and no unsigned ones of more than 8;
 * these travel in a {@link #carrier}, and the graph casts them (see {@link IntegerCasts}).
 */
final class OnnxTypes {
    private static final Map<Integer, Datatype> OF_FILE = new HashMap<>();
    private static final Map<Datatype, DataType> OF_ENGINE = new EnumMap<>(Datatype.class);

    static {
        add(TensorProto.DataType.BOOL, Datatype.BOOL, DataType.BOOLEAN);
        add(TensorProto.DataType.UINT8, Datatype.UINT8, DataType.UINT8);
        add(TensorProto.DataType.UINT16, Datatype.UINT16, null);
        add(TensorProto.DataType.UINT32, Datatype.UINT32, null);
        add(TensorProto.DataType.UINT64, Datatype.UINT64, null);
        add(TensorProto.DataType.INT8, Datatype.INT8, DataType.INT8);
        add(TensorProto.DataType.INT16, Datatype.INT16, null);
        add(TensorProto.DataType.INT32, Datatype.INT32, DataType.INT32);
        add(TensorProto.DataType.INT64, Datatype.INT64, DataType.INT64);
        add(TensorProto.DataType.FLOAT16, Datatype.FP16, DataType.FLOAT16);
        add(TensorProto.DataType.BFLOAT16, Datatype.BF16, DataType.BFLOAT16);
        add(TensorProto.DataType.FLOAT, Datatype.FP32, DataType.FLOAT32);
        add(TensorProto.DataType.DOUBLE, Datatype.FP64, DataType.FLOAT64);
        add(TensorProto.DataType.STRING, Datatype.BYTES, DataType.STRING);
    }

    private OnnxTypes() {}

    private static void add(TensorProto.DataType file, Datatype type, @Nullable DataType engine) {
        OF_FILE.put(file.getNumber(), type);
        if (engine != null) {
            OF_ENGINE.put(type, engine);
        }
    }

    /** The type of a number in a file; null for those that no protocol carries, such as complex numbers. */
    static @Nullable Datatype ofFile(int number) {
        return OF_FILE.get(number);
    }

    static int fileNumber(Datatype type) {
        return OF_FILE.entrySet().stream()
                .filter(entry -> entry.getValue() == type)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** The type in which tensors of this one are given to the engine and taken from it: itself, or a wider one that holds every value. */
    static Datatype carrier(Datatype type) {
        return switch (type) {
            case INT16, UINT16 -> Datatype.INT32;
            // 64 bits unsigned keep their bits; the cast wraps around.
            case UINT32, UINT64 -> Datatype.INT64;
            default -> type;
        };
    }

    /** The engine's name of a carrier. */
    static DataType ofEngine(Datatype carrier) {
        DataType type = OF_ENGINE.get(carrier);
        if (type == null) {
            throw new IllegalArgumentException(carrier + " is no carrier");
        }
        return type;
    }

    /** How a file's number is called in ONNX. */
    static String nameInFile(int number) {
        TensorProto.DataType known = TensorProto.DataType.forNumber(number);
        return known == null ? String.valueOf(number) : known.name();
    }
}
