package io.millrace.inference.engine;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.Datatype;
import io.millrace.inference.domain.ModelFault;
import io.millrace.inference.domain.Signature;
import io.millrace.inference.domain.TensorSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Reads what a graph takes and gives. */
final class OnnxSignature {
    private OnnxSignature() {}

    /**
     * @throws ModelRefusedException SIGNATURE_MISMATCH where the graph takes or gives what is no tensor, or of a type or of a number of
     *     dimensions that nobody can name in a call
     */
    static Signature of(GraphProto graph) throws ModelRefusedException {
        var faults = new ArrayList<String>();
        var signature =
                new Signature(specs("input", inputs(graph), faults), specs("output", graph.getOutputList(), faults));
        if (!faults.isEmpty()) {
            throw new ModelRefusedException(ModelFault.SIGNATURE_MISMATCH, String.join("; ", faults));
        }
        return signature;
    }

    /** What the graph must be given: its inputs without those that have an initial value. */
    static List<ValueInfoProto> inputs(GraphProto graph) {
        var initial = new HashSet<String>();
        graph.getInitializerList().forEach(tensor -> initial.add(tensor.getName()));
        graph.getSparseInitializerList()
                .forEach(tensor -> initial.add(tensor.getValues().getName()));
        return graph.getInputList().stream()
                .filter(input -> !initial.contains(input.getName()))
                .toList();
    }

    private static List<TensorSpec> specs(String what, List<ValueInfoProto> values, List<String> faults) {
        var specs = new ArrayList<TensorSpec>();
        for (ValueInfoProto value : values) {
            String title = what + " '" + value.getName() + "' of the file ";
            TypeProto type = value.getType();
            if (!type.hasTensorType()) {
                faults.add(title + "is no tensor" + (what.equals("output") ? ": export the model without ZipMap" : ""));
                continue;
            }
            int number = type.getTensorType().getElemType();
            Datatype datatype = OnnxTypes.ofFile(number);
            if (datatype == null) {
                faults.add(title + "is of type " + OnnxTypes.nameInFile(number) + ", which no call can carry");
            } else if (!type.getTensorType().hasShape()) {
                faults.add(title + "says no number of dimensions: export the model with shapes");
            } else {
                List<Long> shape = type.getTensorType().getShape().getDimList().stream()
                        .map(OnnxSignature::size)
                        .toList();
                specs.add(new TensorSpec(value.getName(), datatype, shape));
            }
        }
        return specs;
    }

    private static long size(Dimension dimension) {
        return dimension.hasDimValue() && dimension.getDimValue() >= 0 ? dimension.getDimValue() : TensorSpec.VARIABLE;
    }
}
