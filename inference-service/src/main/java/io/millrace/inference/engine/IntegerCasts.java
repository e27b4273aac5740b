package io.millrace.inference.engine;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import java.util.HashSet;
import java.util.Set;

/**
 * Puts casts in front of and behind a graph whose inputs or outputs are integers that the engine's Java interface does not know, so that a call may carry them all the same. ONNX' Cast
 * between integers keeps the low bits (onnx.ai, operator Cast), so that no value changes on its way through a carrier of at least its size.
 */
final class IntegerCasts {
    private static final String OUTSIDE = "millrace_carrier_of_";

    private final Set<String> names = new HashSet<>();

    private IntegerCasts(GraphProto graph) {
        graph.getInputList().forEach(value -> names.add(value.getName()));
        graph.getOutputList().forEach(value -> names.add(value.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    }

    static boolean isNeeded(Signature signature) {
        return signature.inputs().stream().anyMatch(IntegerCasts::isCast)
                || signature.outputs().stream().anyMatch(IntegerCasts::isCast);
    }

    /** The model with carriers in place of such inputs and outputs, which go under {@link #name}. */
    static ModelProto add(ModelProto model, Signature signature) {
        var casts = new IntegerCasts(model.getGraph());
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        for (TensorSpec input : signature.inputs()) {
            if (isCast(input)) {
                casts.carry(graph, true, input);
                graph.addNode(casts.cast(name(input), input.name(), input.datatype()));
            }
        }
        graph.addAllNode(model.getGraph().getNodeList());
        for (TensorSpec output : signature.outputs()) {
            if (isCast(output)) {
                casts.carry(graph, false, output);
                graph.addNode(casts.cast(output.name(), name(output), OnnxTypes.carrier(output.datatype())));
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /** What the engine calls a tensor. */
    static String name(TensorSpec tensor) {
        return isCast(tensor) ? OUTSIDE + tensor.name() : tensor.name();
    }

    private static boolean isCast(TensorSpec tensor) {
        return OnnxTypes.carrier(tensor.datatype()) != tensor.datatype();
    }

    private void carry(GraphProto.Builder graph, boolean isInput, TensorSpec tensor) {
        if (!names.add(name(tensor))) {
            throw new IllegalArgumentException("the graph has a value '" + name(tensor) + "' already");
        }
        int count = isInput ? graph.getInputCount() : graph.getOutputCount();
        for (int i = 0; i < count; i++) {
            ValueInfoProto value = isInput ? graph.getInput(i) : graph.getOutput(i);
            if (value.getName().equals(tensor.name())) {
                ValueInfoProto.Builder carried = value.toBuilder().setName(name(tensor));
                carried.getTypeBuilder()
                        .getTensorTypeBuilder()
                        .setElemType(OnnxTypes.fileNumber(OnnxTypes.carrier(tensor.datatype())));
                if (isInput) {
                    graph.setInput(i, carried);
                } else {
                    graph.setOutput(i, carried);
                }
            }
        }
    }

    private NodeProto cast(String from, String to, Datatype type) {
        return NodeProto.newBuilder()
                .setName(OUTSIDE + "cast_" + from)
                .setOpType("Cast")
                .addInput(from)
                .addOutput(to)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(OnnxTypes.fileNumber(type)))
                .build();
    }
}
