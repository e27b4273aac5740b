package io.millrace.inference.engine;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelFault;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks into an ONNX file before an engine does: a file that wants data from elsewhere must not be handed on.
 *
 * <p>Every message of the file is visited, wherever it stands (initializers, attributes, subgraphs, functions, sparse tensors, training
 * graphs). What this reader's schema (ONNX IR version 10) does not know it cannot visit, so unknown fields are refused too, but for two that later
 * versions added and that hold no tensors. Nesting is bounded to 100 by the protobuf reader.
 */
final class OnnxFile {
    /** By message: numbers of {@code device_configurations} and {@code configuration} of IR version 11. */
    private static final Map<String, Set<Integer>> HARMLESS = Map.of("NodeProto", Set.of(10), "ModelProto", Set.of(26));

    /** The operator whose compiled form may lie in a file of its own. */
    private static final String COMPILED_CONTEXT = "EPContext";

    private OnnxFile() {}

    /** The model of a file that is ONNX and holds all its data. */
    static ModelProto model(ByteBuffer content) throws ModelRefusedException {
        ModelProto model;
        try {
            model = ModelProto.parseFrom(content.duplicate());
        } catch (InvalidProtocolBufferException e) {
            throw new ModelRefusedException(ModelFault.NOT_ONNX, "the file is not ONNX: " + e.getMessage(), e);
        }
        if (model.getIrVersion() < 1 || model.getOpsetImportCount() == 0 || !model.hasGraph()) {
            throw new ModelRefusedException(
                    ModelFault.NOT_ONNX, "the file is not ONNX: it has no IR version, operator set or graph");
        }
        visit(model);
        return model;
    }

    private static void visit(Message message) throws ModelRefusedException {
        switch (message) {
            case TensorProto tensor -> refuseExternal(tensor);
            case NodeProto node
            when node.getOpType().equals(COMPILED_CONTEXT) ->
                throw new ModelRefusedException(
                        ModelFault.EXTERNAL_DATA, "node '" + node.getName() + "' is compiled for one device");
            default -> {}
        }
        refuseUnknown(message);
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            if (field.getKey().getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (field.getValue() instanceof List<?> items) {
                for (Object item : items) {
                    visit((Message) item);
                }
            } else {
                visit((Message) field.getValue());
            }
        }
    }

    private static void refuseExternal(TensorProto tensor) throws ModelRefusedException {
        if (tensor.getDataLocation() != TensorProto.DataLocation.DEFAULT || tensor.getExternalDataCount() > 0) {
            throw new ModelRefusedException(
                    ModelFault.EXTERNAL_DATA, "tensor '" + tensor.getName() + "' wants its data from another file");
        }
    }

    private static void refuseUnknown(Message message) throws ModelRefusedException {
        String type = message.getDescriptorForType().getName();
        Set<Integer> harmless = HARMLESS.getOrDefault(type, Set.of());
        for (Integer number : message.getUnknownFields().asMap().keySet()) {
            if (!harmless.contains(number)) {
                throw new ModelRefusedException(
                        ModelFault.NOT_ONNX,
                        type + " has a field " + number + ", which ONNX IR version 10 does not know");
            }
        }
    }
}
