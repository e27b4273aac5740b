package io.millrace.inference.grpc.oip;

import com.google.protobuf.ByteString;
import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Tensor;
import io.millrace.proto.oip.InferTensorContents;
import io.millrace.proto.oip.ModelInferRequest;
import io.millrace.proto.oip.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Input tensors of a request: all raw, or all in the field of their datatype. */
final class OipTensors {
    /** Of calls that are read and answered by the way. */
    private static final int LIGHT_BYTES = 64 << 10;

    private OipTensors() {}

    /** Whether a request is so small that reading it takes next to no time. */
    static boolean isLight(ModelInferRequest request) {
        long bytes = 0;
        for (ByteString raw : request.getRawInputContentsList()) {
            bytes += raw.size();
        }
        return request.getRawInputContentsCount() > 0 && bytes <= LIGHT_BYTES;
    }

    /**
     * @throws Refusal INVALID_TENSOR with {@code where} {@code inputs[i]}
     */
    static List<Tensor> of(ModelInferRequest request) {
        boolean isRaw = request.getRawInputContentsCount() > 0;
        if (isRaw && request.getRawInputContentsCount() != request.getInputsCount()) {
            throw refused(
                    "raw_input_contents",
                    request.getRawInputContentsCount() + " raw contents for " + request.getInputsCount() + " inputs");
        }
        var tensors = new ArrayList<Tensor>(request.getInputsCount());
        for (int i = 0; i < request.getInputsCount(); i++) {
            InferInputTensor input = request.getInputs(i);
            String where = "inputs[" + i + "]";
            if (isRaw && input.hasContents()) {
                throw refused(where, "input '" + input.getName() + "' has contents, and raw contents are there too");
            }
            Datatype type = Datatype.named(input.getDatatype())
                    .orElseThrow(() -> refused(
                            where, "input '" + input.getName() + "' is of unknown type '" + input.getDatatype() + "'"));
            ByteBuffer data = isRaw
                    ? request.getRawInputContents(i).asReadOnlyByteBuffer()
                    : typed(where, input, type, input.getContents());
            List<Long> shape = List.copyOf(input.getShapeList());
            String fault = Tensor.fault(type, shape, data);
            if (fault != null) {
                throw refused(where, "input '" + input.getName() + "' " + fault);
            }
            tensors.add(new Tensor(input.getName(), type, shape, data));
        }
        return tensors;
    }

    private static ByteBuffer typed(String where, InferInputTensor input, Datatype type, InferTensorContents contents) {
        int given = counted(contents);
        int own = own(type, contents);
        if (given != own) {
            throw refused(where, "input '" + input.getName() + "' has contents in a field that is not that of " + type);
        }
        long expected = Tensor.elements(input.getShapeList());
        if (expected != own) {
            throw refused(
                    where,
                    "input '" + input.getName() + "' has " + own + " elements, its shape " + input.getShapeList()
                            + " has " + expected);
        }
        if (type == Datatype.BYTES) {
            return strings(contents.getBytesContentsList());
        }
        ByteBuffer data =
                ByteBuffer.allocate(Math.multiplyExact(own, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < own; i++) {
            String misfit = put(data, type, contents, i);
            if (misfit != null) {
                throw refused(
                        where, "element " + i + " of input '" + input.getName() + "' is no " + type + ": " + misfit);
            }
        }
        return data.flip();
    }

    /** Writes an element; what it was where it does not fit its type, else null. */
    private static @Nullable String put(ByteBuffer data, Datatype type, InferTensorContents contents, int i) {
        switch (type) {
            case BOOL -> data.put((byte) (contents.getBoolContents(i) ? 1 : 0));
            case INT64 -> data.putLong(contents.getInt64Contents(i));
            case UINT64 -> data.putLong(contents.getUint64Contents(i));
            case FP32 -> data.putFloat(contents.getFp32Contents(i));
            case FP64 -> data.putDouble(contents.getFp64Contents(i));
            case INT8, INT16, INT32 -> {
                return whole(data, type, contents.getIntContents(i));
            }
            case UINT8, UINT16, UINT32 -> {
                return whole(data, type, Integer.toUnsignedLong(contents.getUintContents(i)));
            }
            case FP16, BF16, BYTES -> throw new IllegalStateException(type + " has no elements of its own here");
        }
        return null;
    }

    private static @Nullable String whole(ByteBuffer data, Datatype type, long value) {
        if (!type.holds(value)) {
            return String.valueOf(value);
        }
        switch (type.bytes()) {
            case Byte.BYTES -> data.put((byte) value);
            case Short.BYTES -> data.putShort((short) value);
            default -> data.putInt((int) value);
        }
        return null;
    }

    private static ByteBuffer strings(List<ByteString> elements) {
        long size = elements.stream()
                .mapToLong(element -> Integer.BYTES + (long) element.size())
                .sum();
        ByteBuffer data = ByteBuffer.allocate(Math.toIntExact(size)).order(ByteOrder.LITTLE_ENDIAN);
        for (ByteString element : elements) {
            data.putInt(element.size());
            element.copyTo(data);
        }
        return data.flip();
    }

    private static int counted(InferTensorContents contents) {
        return contents.getBoolContentsCount()
                + contents.getIntContentsCount()
                + contents.getInt64ContentsCount()
                + contents.getUintContentsCount()
                + contents.getUint64ContentsCount()
                + contents.getFp32ContentsCount()
                + contents.getFp64ContentsCount()
                + contents.getBytesContentsCount();
    }

    private static int own(Datatype type, InferTensorContents contents) {
        return switch (type) {
            case BOOL -> contents.getBoolContentsCount();
            case INT8, INT16, INT32 -> contents.getIntContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case BYTES -> contents.getBytesContentsCount();
            // These travel raw alone.
            case FP16, BF16 -> 0;
        };
    }

    static Refusal refused(String where, String what) {
        return new Refusal(
                InferenceReason.INVALID_TENSOR, where + ": " + what, List.of(new Refusal.Detail(where, what)));
    }
}
