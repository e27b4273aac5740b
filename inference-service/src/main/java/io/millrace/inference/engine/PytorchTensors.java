package io.millrace.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Calls' tensors to PyTorch and back, by their places: its models have no names. Where the signature tells no outputs, they are numbered. */
record PytorchTensors(Signature signature) implements NoBatchifyTranslator<List<Tensor>, Inferred> {
    private static final String TIMES = "times";

    /** When the inputs were begun and ready, as {@link System#nanoTime}. */
    private record Times(long begun, long built) {}

    @Override
    public NDList processInput(TranslatorContext context, List<Tensor> inputs) {
        long begun = System.nanoTime();
        var list = new NDList(inputs.size());
        for (TensorSpec spec : signature.inputs()) {
            Tensor input = inputs.stream()
                    .filter(candidate -> candidate.name().equals(spec.name()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("no input is called '" + spec.name() + "'"));
            var shape =
                    new Shape(input.shape().stream().mapToLong(Long::longValue).toArray());
            list.add(context.getNDManager().create(direct(input.data()), shape, type(input.datatype())));
        }
        context.setAttachment(TIMES, new Times(begun, System.nanoTime()));
        return list;
    }

    @Override
    public Inferred processOutput(TranslatorContext context, NDList outputs) {
        long ran = System.nanoTime();
        var tensors = new ArrayList<Tensor>(outputs.size());
        for (NDArray array : outputs) {
            int at = tensors.size();
            String name = at < signature.outputs().size()
                    ? signature.outputs().get(at).name()
                    : String.valueOf(at);
            List<Long> shape =
                    LongStream.of(array.getShape().getShape()).boxed().toList();
            ByteBuffer data = array.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            tensors.add(new Tensor(name, datatype(array.getDataType()), shape, data));
        }
        Times times = (Times) context.getAttachment(TIMES);
        return new Inferred(tensors, times.built() - times.begun(), ran - times.built(), System.nanoTime() - ran);
    }

    private static ByteBuffer direct(ByteBuffer data) {
        ByteBuffer direct = data.isDirect()
                ? data.duplicate()
                : ByteBuffer.allocateDirect(data.remaining())
                        .put(data.duplicate())
                        .flip();
        return direct.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static DataType type(Datatype type) {
        return OnnxTypes.ofEngine(type);
    }

    private static Datatype datatype(DataType type) {
        for (Datatype known : Datatype.values()) {
            if (known.bytes() > 0 && OnnxTypes.carrier(known) == known && OnnxTypes.ofEngine(known) == type) {
                return known;
            }
        }
        throw new IllegalStateException("the model gave a tensor of " + type + ", which no call can carry");
    }
}
