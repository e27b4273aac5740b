package io.millrace.inference.engine.form;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes of a node by name. */
final class Attributes {
    private final String title;
    private final Map<String, AttributeProto> attributes = new HashMap<>();

    Attributes(NodeProto node) {
        this.title = node.getOpType() + " '" + node.getName() + "'";
        node.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
    }

    /** The node, for words. */
    String title() {
        return title;
    }

    boolean has(String name) {
        return attributes.containsKey(name);
    }

    long whole(String name, long otherwise) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null ? otherwise : attribute.getI();
    }

    double real(String name, double otherwise) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null ? otherwise : attribute.getF();
    }

    String text(String name, String otherwise) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null ? otherwise : attribute.getS().toStringUtf8();
    }

    List<String> texts(String name) {
        AttributeProto attribute = attributes.get(name);
        return attribute == null
                ? List.of()
                : attribute.getStringsList().stream()
                        .map(text -> text.toStringUtf8())
                        .toList();
    }

    /** Empty where it is not there. */
    long[] wholes(String name) throws UnreadException {
        AttributeProto attribute = attributes.get(name);
        if (attribute == null) {
            return new long[0];
        }
        if (attribute.hasT()) {
            double[] numbers = Constant.of(attribute.getT()).values();
            long[] wholes = new long[numbers.length];
            for (int i = 0; i < wholes.length; i++) {
                wholes[i] = (long) numbers[i];
            }
            return wholes;
        }
        return attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    /** Of an attribute or, where it is written so, of the tensor that stands for it; empty where neither is there. */
    double[] reals(String name) throws UnreadException {
        AttributeProto attribute = attributes.getOrDefault(name, attributes.get(name + "_as_tensor"));
        if (attribute == null) {
            return new double[0];
        }
        return attribute.hasT()
                ? Constant.of(attribute.getT()).values()
                : attribute.getFloatsList().stream()
                        .mapToDouble(Float::doubleValue)
                        .toArray();
    }

    /** The same; so many of them. */
    double[] reals(String name, int expected) throws UnreadException {
        double[] reals = reals(name);
        if (reals.length != expected) {
            throw new UnreadException("has " + reals.length + " numbers in '" + name + "' of " + title + ", where "
                    + expected + " are expected");
        }
        return reals;
    }

    @Nullable
    AttributeProto attribute(String name) {
        return attributes.get(name);
    }
}
