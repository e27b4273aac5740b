package io.millrace.inference.engine.form;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.ModelDefinition;
import io.millrace.inference.domain.ModelDefinition.TensorType;
import io.millrace.inference.domain.explain.Link;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Follows a graph from the prediction back to the inputs, as long as all on the way is a copy, a linear operator, a sum of trees, or a link behind them. */
final class GraphReader {
    private static final int MOST_DEPTH = 200;

    private final Map<String, Columns> known = new HashMap<>();
    private final Map<String, Constant> constants = new HashMap<>();
    private final Map<String, NodeProto> nodes = new HashMap<>();
    private final Terms terms;
    private final Operators operators;
    private int depth;

    /** @param variant see {@link Operators} */
    GraphReader(ModelDefinition definition, GraphProto graph, int variant) throws UnreadException {
        int width = 0;
        for (ModelDefinition.Input input : definition.inputs()) {
            int from = width;
            boolean narrowed = input.type() == TensorType.INT64;
            known.put(
                    input.name(),
                    Columns.of(
                            input.columns().size(),
                            column -> new Term.Raw(new ModelReading.Column(from + column, narrowed, null))));
            width += input.columns().size();
        }
        for (TensorProto tensor : graph.getInitializerList()) {
            known.remove(tensor.getName());
            constants.put(tensor.getName(), Constant.of(tensor));
        }
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> nodes.put(output, node));
        }
        terms = new Terms(width);
        operators = new Operators(this, terms, variant);
    }

    /** A value of the graph. */
    Columns value(String name) throws UnreadException {
        Columns there = known.get(name);
        if (there != null) {
            return there;
        }
        NodeProto node = nodes.get(name);
        if (node == null) {
            throw new UnreadException("takes '" + name + "' where columns of the inputs are expected");
        }
        if (++depth > MOST_DEPTH) {
            throw new UnreadException("has more than " + MOST_DEPTH + " nodes behind each other");
        }
        Columns made = kept(operators.of(node, node.getOutputList().indexOf(name)));
        depth--;
        known.put(name, made);
        return made;
    }

    /** Each column is worked out once. */
    private static Columns kept(Columns of) {
        var terms = new HashMap<Integer, Term>();
        return Columns.of(of.count(), column -> {
            Term term = terms.get(column);
            if (term == null) {
                term = of.at(column);
                terms.put(column, term);
            }
            return term;
        });
    }

    /** A constant, or null where the value is none. */
    @Nullable
    Constant constant(String name) throws UnreadException {
        Constant there = constants.get(name);
        NodeProto node = nodes.get(name);
        if (there == null && node != null && node.getOpType().equals("Constant")) {
            there = constantOf(node);
            constants.put(name, there);
        }
        return there;
    }

    private static Constant constantOf(NodeProto node) throws UnreadException {
        for (AttributeProto attribute : node.getAttributeList()) {
            switch (attribute.getName()) {
                case "value" -> {
                    return Constant.of(attribute.getT());
                }
                case "value_float" -> {
                    return new Constant(new long[0], new double[] {attribute.getF()});
                }
                case "value_int" -> {
                    return new Constant(new long[0], new double[] {attribute.getI()});
                }
                case "value_floats" -> {
                    return list(attribute.getFloatsList());
                }
                case "value_ints" -> {
                    return list(attribute.getIntsList());
                }
                default -> {}
            }
        }
        throw new UnreadException("has a constant '" + node.getName() + "' that is no number");
    }

    private static Constant list(List<? extends Number> numbers) {
        return new Constant(
                new long[] {numbers.size()},
                numbers.stream().mapToDouble(Number::doubleValue).toArray());
    }

    /** The prediction as a form, and how the engine's answer comes out of it. */
    Candidate prediction(ModelDefinition.Output output) throws UnreadException {
        Columns columns = value(output.tensor());
        if (output.column() >= columns.count()) {
            throw new UnreadException("has " + columns.count() + " columns in '" + output.tensor() + "'");
        }
        return switch (columns.at(output.column())) {
            case Term.Linked(Link link, Term sum) -> Candidate.of(form(sum, link));
            case Term.Softmax(List<Term> sums, int place) -> {
                var classes = new ArrayList<ModelReading.Read>();
                for (Term sum : sums) {
                    classes.add(form(sum, Link.SOFTMAX));
                }
                yield new Candidate(classes.get(place), classes);
            }
            case Term term -> Candidate.of(form(term, Link.IDENTITY));
        };
    }

    private ModelReading.Read form(Term term, Link link) throws UnreadException {
        return switch (term) {
            case Term.Raw _, Term.Cut _ -> form(operators.linear(term), link);
            case Term.Linear(double bias, double[] weights) ->
                new ModelReading.Linear(bias, weights, terms.lowest(), terms.highest(), link);
            case Term.Trees(Forest forest, int target, double factor, double bias) -> {
                var columns = new ModelReading.Column[forest.input().count()];
                var seen = new HashMap<Integer, Integer>();
                for (int i = 0; i < columns.length; i++) {
                    if (!(forest.input().at(i) instanceof Term.Raw(ModelReading.Column column))) {
                        throw new UnreadException("has trees over what is computed of several columns");
                    }
                    columns[i] = column;
                    if (seen.put(column.source(), i) != null) {
                        throw new UnreadException("has trees that see a column twice");
                    }
                }
                yield new ModelReading.Trees(forest.ensemble(target, factor, bias), columns, link, forest.covered());
            }
            case Term.Linked _, Term.Softmax _ -> throw new UnreadException("has a link behind a link");
        };
    }
}
