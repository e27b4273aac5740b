package io.millrace.inference.engine;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.millrace.inference.app.ModelRefusedException;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.Input;
import io.millrace.inference.domain.ModelDefinition.Output;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.ModelFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;

/** Holds what a definition says of inputs and output against those of the file. */
final class SignatureCheck {
    private static final Set<Integer> NUMBERS = Set.of(
            TensorProto.DataType.FLOAT_VALUE,
            TensorProto.DataType.DOUBLE_VALUE,
            TensorProto.DataType.INT64_VALUE,
            TensorProto.DataType.INT32_VALUE);

    private final List<String> faults = new ArrayList<>();

    private SignatureCheck() {}

    /**
     * @throws ModelRefusedException SIGNATURE_MISMATCH with everything that differs
     */
    static void check(ModelDefinition definition, GraphProto graph) throws ModelRefusedException {
        var check = new SignatureCheck();
        if (definition.output().isPresent()) {
            check.inputs(definition, graph);
            check.output(definition.output().get(), graph);
        }
        if (!check.faults.isEmpty()) {
            throw new ModelRefusedException(ModelFault.SIGNATURE_MISMATCH, String.join("; ", check.faults));
        }
    }

    private void inputs(ModelDefinition definition, GraphProto graph) {
        var inputs = new LinkedHashMap<String, TypeProto>();
        OnnxSignature.inputs(graph).forEach(input -> inputs.put(input.getName(), input.getType()));
        for (Input input : definition.inputs()) {
            TypeProto type = inputs.get(input.name());
            if (type == null) {
                faults.add("the file has no input '" + input.name() + "', but " + inputs.keySet());
            } else {
                input(input, type);
            }
        }
        Set<String> declared = new HashSet<>();
        definition.inputs().forEach(input -> declared.add(input.name()));
        inputs.keySet().stream()
                .filter(name -> !declared.contains(name))
                .forEach(name -> faults.add("the file's input '" + name + "' is not declared"));
    }

    private void input(Input input, TypeProto type) {
        String title = "input '" + input.name() + "'";
        if (!type.hasTensorType()) {
            faults.add(title + " of the file is no tensor");
            return;
        }
        int elements = type.getTensorType().getElemType();
        if (elements != elementType(input.type())) {
            faults.add(title + " of the file is of type " + OnnxTypes.nameInFile(elements) + ", declared is "
                    + input.type());
        }
        if (!type.getTensorType().hasShape()) {
            return;
        }
        TensorShapeProto shape = type.getTensorType().getShape();
        if (shape.getDimCount() != 2) {
            faults.add(
                    title + " of the file has " + shape.getDimCount() + " dimensions, needed are 2: rows and columns");
            return;
        }
        if (isFixed(shape.getDim(0))) {
            faults.add(title + " of the file takes exactly " + shape.getDim(0).getDimValue()
                    + " rows: export it with a dynamic first dimension");
        }
        if (isFixed(shape.getDim(1))
                && shape.getDim(1).getDimValue() != input.columns().size()) {
            faults.add(title + " of the file has " + shape.getDim(1).getDimValue() + " columns, declared are "
                    + input.columns().size());
        }
    }

    private void output(Output output, GraphProto graph) {
        String name = output.tensor();
        TypeProto type = graph.getOutputList().stream()
                .filter(value -> value.getName().equals(name))
                .map(ValueInfoProto::getType)
                .findFirst()
                .orElse(null);
        if (type == null) {
            List<String> names =
                    graph.getOutputList().stream().map(ValueInfoProto::getName).toList();
            faults.add("the file has no output '" + name + "', but " + names);
            return;
        }
        String title = "output '" + name + "' of the file";
        if (!type.hasTensorType()) {
            faults.add(title + " is no tensor: export the model without ZipMap");
            return;
        }
        if (!NUMBERS.contains(type.getTensorType().getElemType())) {
            faults.add(title + " is of type "
                    + OnnxTypes.nameInFile(type.getTensorType().getElemType()) + ", which is no number");
        }
        if (type.getTensorType().hasShape()) {
            outputShape(title, output.column(), type.getTensorType().getShape());
        }
    }

    private void outputShape(String title, int column, TensorShapeProto shape) {
        int dimensions = shape.getDimCount();
        if (dimensions < 1 || dimensions > 2) {
            faults.add(title + " has " + dimensions + " dimensions, needed are 1 or 2");
            return;
        }
        long columns =
                dimensions == 1 ? 1 : isFixed(shape.getDim(1)) ? shape.getDim(1).getDimValue() : Long.MAX_VALUE;
        if (column >= columns) {
            faults.add(title + " has " + columns + " columns, declared is column " + column + ", counted from 0");
        }
    }

    private static boolean isFixed(Dimension dimension) {
        return dimension.hasDimValue() && dimension.getDimValue() > 0;
    }

    private static int elementType(TensorType type) {
        return switch (type) {
            case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
            case FLOAT64 -> TensorProto.DataType.DOUBLE_VALUE;
            case INT64 -> TensorProto.DataType.INT64_VALUE;
            case STRING -> TensorProto.DataType.STRING_VALUE;
        };
    }
}
