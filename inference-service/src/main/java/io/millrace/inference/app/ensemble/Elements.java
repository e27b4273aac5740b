package io.millrace.inference.app.ensemble;

import io.millrace.features.kernel.FeatureValue;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tensor that is being computed, element by element in its order. Not thread-safe. */
final class Elements {
    private final TensorSpec spec;
    private final int rows;
    private final ByteBuffer data;
    private final List<byte[]> texts = new ArrayList<>();

    Elements(TensorSpec spec, int rows, int columns) {
        this.spec = spec;
        this.rows = rows;
        int bytes = Math.multiplyExact(
                Math.multiplyExact(rows, columns), spec.datatype().bytes());
        // Direct, as the engine takes it without a copy.
        this.data = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** False where the value is none that an element of this tensor can have. */
    boolean add(@Nullable FeatureValue value) {
        return switch (value) {
            case FeatureValue.Bool(boolean flag) -> put(flag);
            case FeatureValue.Int(long whole) -> put(whole);
            case FeatureValue.Real(double real) -> put(real);
            case FeatureValue.Text(String text) -> texts.add(text.getBytes(StandardCharsets.UTF_8));
            case null, default -> false;
        };
    }

    private boolean put(boolean flag) {
        data.put((byte) (flag ? 1 : 0));
        return true;
    }

    private boolean put(long whole) {
        if (spec.datatype() == Datatype.UINT64 ? whole < 0 : !spec.datatype().holds(whole)) {
            return false;
        }
        switch (spec.datatype().bytes()) {
            case Byte.BYTES -> data.put((byte) whole);
            case Short.BYTES -> data.putShort((short) whole);
            case Integer.BYTES -> data.putInt((int) whole);
            default -> data.putLong(whole);
        }
        return true;
    }

    private boolean put(double real) {
        switch (spec.datatype()) {
            case FP16 -> data.putShort(Float.floatToFloat16((float) real));
            case BF16 -> data.putShort(bfloat16((float) real));
            case FP32 -> data.putFloat((float) real);
            default -> data.putDouble(real);
        }
        return true;
    }

    /** To the nearest, ties to even, as floats are rounded elsewhere; NaN stays NaN. */
    private static short bfloat16(float real) {
        int bits = Float.floatToIntBits(real);
        return Float.isNaN(real) ? (short) 0x7fc0 : (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    Tensor tensor() {
        var shape = new ArrayList<>(spec.shape());
        shape.set(0, (long) rows);
        return spec.datatype() == Datatype.BYTES
                ? Tensor.ofStrings(spec.name(), shape, texts)
                : new Tensor(spec.name(), spec.datatype(), shape, data.flip());
    }
}
