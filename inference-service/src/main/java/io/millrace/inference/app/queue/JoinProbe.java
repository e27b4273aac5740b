package io.millrace.inference.app.queue;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.LoadedModel;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether a model gives a row the same, whatever other rows it stands with: asked once, with made-up rows, before calls share runs. */
final class JoinProbe {
    /** Sums may be taken in another order where there are more rows. */
    private static final double TOLERANCE = 1e-3;

    private JoinProbe() {}

    /** Why the rows of calls must not be joined, or null where nothing speaks against it; a model that refuses the rows that are made up is not judged. */
    static @Nullable String objection(LoadedModel model) {
        List<Tensor> first;
        List<Tensor> second;
        List<Tensor> both;
        try {
            first = model.infer(rows(model, 0, 1)).outputs();
            second = model.infer(rows(model, 1, 1)).outputs();
            both = model.infer(rows(model, 0, 2)).outputs();
        } catch (Refusal made) {
            return null;
        }
        for (int i = 0; i < both.size(); i++) {
            Tensor output = both.get(i);
            if (output.shape().isEmpty()
                    || output.shape().getFirst() != 2
                    || first.get(i).shape().getFirst() != 1) {
                return "two rows give output '" + output.name() + "' the shape " + output.shape();
            }
            if (!isSame(first.get(i), second.get(i), output)) {
                return "output '" + output.name() + "' of a row depends on the rows beside it";
            }
        }
        return null;
    }

    private static List<Tensor> rows(LoadedModel model, int from, int count) {
        var tensors = new ArrayList<Tensor>();
        for (TensorSpec spec : model.signature().inputs()) {
            List<Long> row = spec.shape().stream()
                    .skip(1)
                    .map(size -> size == TensorSpec.VARIABLE ? Long.valueOf(1) : size)
                    .toList();
            int width = Math.toIntExact(Tensor.elements(row));
            var shape = new ArrayList<Long>(row);
            shape.addFirst((long) count);
            tensors.add(tensor(spec, shape, from, count, width));
        }
        return tensors;
    }

    private static Tensor tensor(TensorSpec spec, List<Long> shape, int from, int count, int width) {
        if (spec.datatype() == Datatype.BYTES) {
            var texts = new ArrayList<byte[]>();
            for (int row = from; row < from + count; row++) {
                for (int i = 0; i < width; i++) {
                    texts.add(("r" + row + "e" + i).getBytes(StandardCharsets.UTF_8));
                }
            }
            return Tensor.ofStrings(spec.name(), shape, texts);
        }
        ByteBuffer data = ByteBuffer.allocateDirect(
                        Math.multiplyExact(count * width, spec.datatype().bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = from; row < from + count; row++) {
            for (int i = 0; i < width; i++) {
                put(data, spec.datatype(), row, i);
            }
        }
        return new Tensor(spec.name(), spec.datatype(), shape, data.flip());
    }

    /** Small numbers, which differ between rows; whole ones are 0 and 1, so that they can be indexes. */
    private static void put(ByteBuffer data, Datatype type, int row, int i) {
        int whole = (i + row) & 1;
        double real = ((i * 7 + row * 13) % 11 + 1) / 12.0;
        switch (type) {
            case FP32 -> data.putFloat((float) real);
            case FP64 -> data.putDouble(real);
            case FP16 -> data.putShort(Float.floatToFloat16((float) real));
            case BF16 -> data.putShort((short) (Float.floatToIntBits((float) real) >>> Short.SIZE));
            default -> {
                for (int at = 0; at < type.bytes(); at++) {
                    data.put((byte) (at == 0 ? whole : 0));
                }
            }
        }
    }

    private static boolean isSame(Tensor first, Tensor second, Tensor both) {
        ByteBuffer joined = both.data();
        ByteBuffer apart = ByteBuffer.allocate(
                        first.data().remaining() + second.data().remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(first.data().duplicate())
                .put(second.data().duplicate())
                .flip();
        boolean isFloat = both.datatype() == Datatype.FP32 || both.datatype() == Datatype.FP64;
        if (!isFloat || apart.remaining() != joined.remaining()) {
            boolean isSmallFloat = both.datatype() == Datatype.FP16 || both.datatype() == Datatype.BF16;
            return isSmallFloat ? apart.remaining() == joined.remaining() : apart.equals(joined.duplicate());
        }
        for (int at = 0; at < joined.limit(); at += both.datatype().bytes()) {
            boolean isSingle = both.datatype() == Datatype.FP32;
            double a = isSingle ? apart.getFloat(at) : apart.getDouble(at);
            double b = isSingle ? joined.getFloat(at) : joined.getDouble(at);
            if (Double.compare(a, b) != 0 && !(Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a)))) {
                return false;
            }
        }
        return true;
    }
}
