package io.millrace.inference.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.onnxruntime.engine.OrtNDArray;
import ai.djl.translate.NoBatchifyTranslator;
import ai.djl.translate.TranslatorContext;
import ai.onnxruntime.OrtException;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.app.Inferred;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.Tensor;
import io.millrace.inference.domain.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Calls' tensors to the engine's and back. Direct data of a type that the engine knows is not copied on its way in; what comes out is copied once, because the engine frees it. */
record OnnxTensors(Signature signature) implements NoBatchifyTranslator<List<Tensor>, Inferred> {
    private static final String TIMES = "times";

    /** When the inputs were begun and ready, as {@link System#nanoTime}. */
    private record Times(long begun, long built) {}

    @Override
    public NDList processInput(TranslatorContext context, List<Tensor> inputs) {
        long begun = System.nanoTime();
        var list = new NDList(inputs.size());
        for (Tensor input : inputs) {
            TensorSpec spec = signature
                    .input(input.name())
                    .orElseThrow(() -> new IllegalArgumentException("no input is called '" + input.name() + "'"));
            NDArray array = array(context.getNDManager(), input);
            array.setName(IntegerCasts.name(spec));
            list.add(array);
        }
        context.setAttachment(TIMES, new Times(begun, System.nanoTime()));
        return list;
    }

    @Override
    public Inferred processOutput(TranslatorContext context, NDList outputs) {
        long ran = System.nanoTime();
        var tensors = new ArrayList<Tensor>(signature.outputs().size());
        for (TensorSpec spec : signature.outputs()) {
            String name = IntegerCasts.name(spec);
            tensors.add(tensor(spec, named(outputs, name, spec)));
        }
        Times times = (Times) context.getAttachment(TIMES);
        return new Inferred(tensors, times.built() - times.begun(), ran - times.built(), System.nanoTime() - ran);
    }

    private static NDArray named(NDList outputs, String name, TensorSpec spec) {
        for (int i = 0; i < outputs.size(); i++) {
            if (name.equals(outputs.get(i).getName())) {
                return outputs.get(i);
            }
        }
        throw new IllegalStateException("the model gave no output '" + spec.name() + "'");
    }

    private static NDArray array(NDManager manager, Tensor input) {
        long[] sizes = new long[input.shape().size()];
        Arrays.setAll(sizes, dimension -> input.shape().get(dimension));
        var shape = new Shape(sizes);
        if (input.datatype() == Datatype.BYTES) {
            return manager.create(texts(input), StandardCharsets.UTF_8, shape);
        }
        Datatype carrier = OnnxTypes.carrier(input.datatype());
        ByteBuffer data = carrier == input.datatype() ? readable(input) : widened(input);
        return manager.create(data.duplicate().order(ByteOrder.LITTLE_ENDIAN), shape, OnnxTypes.ofEngine(carrier));
    }

    /** The engine's texts are UTF-8; bytes that are none would come out changed, so they are refused. */
    private static String[] texts(Tensor input) {
        List<ByteBuffer> strings = input.strings();
        var texts = new String[strings.size()];
        for (int i = 0; i < texts.length; i++) {
            try {
                texts[i] = StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(strings.get(i))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new Refusal(
                        InferenceReason.INVALID_TENSOR,
                        "element " + i + " of '" + input.name() + "' is not UTF-8, which models of text take",
                        e);
            }
        }
        return texts;
    }

    /** The engine copies data of the heap itself, but for floats of 16 bits, which it takes from direct memory alone. */
    private static ByteBuffer readable(Tensor input) {
        if (input.data().isDirect() || (input.datatype() != Datatype.FP16 && input.datatype() != Datatype.BF16)) {
            return input.data();
        }
        return ByteBuffer.allocateDirect(input.data().remaining())
                .put(input.data().duplicate())
                .flip();
    }

    private static ByteBuffer widened(Tensor input) {
        ByteBuffer data = input.data();
        int elements = input.elements();
        ByteBuffer wide = ByteBuffer.allocateDirect(Math.multiplyExact(
                        elements, OnnxTypes.carrier(input.datatype()).bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            switch (input.datatype()) {
                case INT16 -> wide.putInt(data.getShort(i * Short.BYTES));
                case UINT16 -> wide.putInt(Short.toUnsignedInt(data.getShort(i * Short.BYTES)));
                case UINT32 -> wide.putLong(Integer.toUnsignedLong(data.getInt(i * Integer.BYTES)));
                default -> wide.putLong(data.getLong(i * Long.BYTES));
            }
        }
        return wide.flip();
    }

    private static Tensor tensor(TensorSpec spec, NDArray array) {
        long[] sizes = array.getShape().getShape();
        var shape = new ArrayList<Long>(sizes.length);
        for (long size : sizes) {
            shape.add(size);
        }
        if (spec.datatype() == Datatype.BYTES) {
            return Tensor.ofStrings(spec.name(), shape, bytes((OrtNDArray) array));
        }
        ByteBuffer data = array.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(spec.name(), spec.datatype(), shape, narrowed(spec.datatype(), data));
    }

    private static ByteBuffer narrowed(Datatype type, ByteBuffer data) {
        Datatype carrier = OnnxTypes.carrier(type);
        if (carrier.bytes() == type.bytes()) {
            return data;
        }
        int elements = data.remaining() / carrier.bytes();
        ByteBuffer narrow = ByteBuffer.allocate(elements * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            if (carrier == Datatype.INT32) {
                narrow.putShort((short) data.getInt(i * Integer.BYTES));
            } else {
                narrow.putInt((int) data.getLong(i * Long.BYTES));
            }
        }
        return narrow.flip();
    }

    /** The engine gives texts as arrays nested as deep as the tensor has dimensions. */
    private static List<byte[]> bytes(OrtNDArray array) {
        try {
            var texts = new ArrayList<byte[]>();
            flatten(array.getTensor().getValue(), texts);
            return texts;
        } catch (OrtException e) {
            throw new IllegalStateException("the model's texts cannot be read: " + e.getMessage(), e);
        }
    }

    private static void flatten(Object value, List<byte[]> texts) {
        if (value instanceof Object[] nested) {
            Arrays.stream(nested).forEach(item -> flatten(item, texts));
        } else {
            texts.add(((String) value).getBytes(StandardCharsets.UTF_8));
        }
    }
}
