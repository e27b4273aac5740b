package io.millrace.inference.engine.form;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.millrace.inference.app.explain.ModelReading;
import io.millrace.inference.domain.explain.Link;
import java.util.Arrays;

/**
 * What nodes of a graph make of columns.
 *
 * <p>ONNX does not say what a TreeEnsembleClassifier of two classes whose leaves are of one class does with its {@code post_transform}; engines differ. Variant 0 takes it at its word, variant 1 does without; the engine's
 * answers decide.
 */
final class Operators {
    private final GraphReader graph;
    private final Terms terms;
    private final int variant;

    Operators(GraphReader graph, Terms terms, int variant) {
        this.graph = graph;
        this.terms = terms;
        this.variant = variant;
    }

    /** What a node gives as its output of this number. */
    Columns of(NodeProto node, int output) throws UnreadException {
        var attributes = new Attributes(node);
        boolean trees = node.getOpType().startsWith("TreeEnsemble");
        boolean labels = node.getOpType().endsWith("Classifier") && output == 0;
        if (labels || output > 0 && !node.getOpType().endsWith("Classifier")) {
            throw new UnreadException("has output " + output + " of " + attributes.title() + " as its prediction");
        }
        if (trees) {
            return trees(node, attributes);
        }
        return switch (node.getOpType()) {
            case "Identity", "Flatten", "Squeeze", "Unsqueeze", "Reshape", "Imputer" -> same(node, attributes);
            case "Cast" -> cast(node, attributes);
            case "Concat" -> concat(node, attributes);
            case "FeatureVectorizer" -> joined(node);
            case "Gather", "ArrayFeatureExtractor" -> picked(node, attributes);
            case "Scaler" -> scaled(node, attributes);
            case "Add", "Sub", "Mul", "Div" -> arithmetic(node);
            case "Min", "Max" -> cut(node, attributes);
            case "Clip" -> clipped(node, attributes);
            case "MatMul" -> product(node, attributes);
            case "Gemm" -> product(node, attributes);
            case "LinearRegressor" -> regressor(node, attributes);
            case "LinearClassifier" -> classifier(node, attributes);
            case "Normalizer" -> normalized(node, attributes);
            case "Neg" -> {
                Columns of = graph.value(node.getInput(0));
                yield Columns.of(of.count(), column -> terms.affine(of.at(column), -1, 0));
            }
            case "Sigmoid" -> Terms.linked(Link.LOGISTIC, graph.value(node.getInput(0)));
            case "Exp" -> Terms.linked(Link.EXPONENTIAL, graph.value(node.getInput(0)));
            case "Softmax" -> {
                long axis = attributes.whole("axis", -1);
                if (axis != 1 && axis != -1) {
                    throw new UnreadException("has a softmax over dimension " + axis);
                }
                yield terms.softmax(graph.value(node.getInput(0)));
            }
            default -> throw new UnreadException("computes " + attributes.title());
        };
    }

    Term linear(Term term) throws UnreadException {
        return terms.plus(term, new Term.Linear(0, new double[terms.width()]));
    }

    /** Where nothing moves: a change of shape of one column does not. NaN alone is imputed, and a pipeline's rows have none. */
    private Columns same(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        boolean plain = node.getOpType().equals("Identity")
                || node.getOpType().equals("Flatten") && attributes.whole("axis", 1) == 1;
        boolean nan = node.getOpType().equals("Imputer")
                && Double.isNaN(attributes.real("replaced_value_float", 0))
                && attributes.has("replaced_value_float");
        if (!plain && !nan && (of.count() != 1 || node.getOpType().equals("Imputer"))) {
            throw new UnreadException("computes " + attributes.title());
        }
        return of;
    }

    private Columns cast(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        long to = attributes.whole("to", 0);
        if (to != TensorProto.DataType.FLOAT_VALUE && to != TensorProto.DataType.DOUBLE_VALUE) {
            throw new UnreadException("casts columns by " + attributes.title());
        }
        if (to == TensorProto.DataType.DOUBLE_VALUE) {
            return of;
        }
        return Columns.of(
                of.count(),
                column -> of.at(column) instanceof Term.Raw(var raw)
                        ? new Term.Raw(new ModelReading.Column(raw.source(), true, raw.scaling()))
                        : of.at(column));
    }

    private Columns concat(NodeProto node, Attributes attributes) throws UnreadException {
        long axis = attributes.whole("axis", 0);
        if (axis != 1 && axis != -1) {
            throw new UnreadException("puts rows behind each other by " + attributes.title());
        }
        return joined(node);
    }

    private Columns joined(NodeProto node) throws UnreadException {
        Columns joined = graph.value(node.getInput(0));
        for (int i = 1; i < node.getInputCount(); i++) {
            Columns before = joined;
            Columns next = graph.value(node.getInput(i));
            joined = Columns.of(
                    Math.addExact(before.count(), next.count()),
                    column -> column < before.count() ? before.at(column) : next.at(column - before.count()));
        }
        return joined;
    }

    private Columns picked(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        double[] places = constant(node, 1, attributes).values();
        if (node.getOpType().equals("Gather") && attributes.whole("axis", 0) != 1
                || Arrays.stream(places).anyMatch(place -> place < 0 || place >= of.count())) {
            throw new UnreadException("picks by " + attributes.title());
        }
        return Columns.of(places.length, column -> of.at((int) places[column]));
    }

    private Columns scaled(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        double[] offsets = attributes.reals("offset");
        double[] factors = attributes.reals("scale");
        if (offsets.length != 1 && offsets.length != of.count()
                || factors.length != 1 && factors.length != of.count()) {
            throw new UnreadException("scales " + of.count() + " columns by " + attributes.title());
        }
        return Columns.of(
                of.count(),
                column -> terms.scaled(
                        of.at(column),
                        offsets[offsets.length == 1 ? 0 : column],
                        factors[factors.length == 1 ? 0 : column]));
    }

    private Columns arithmetic(NodeProto node) throws UnreadException {
        String operator = node.getOpType();
        Constant left = graph.constant(node.getInput(0));
        Constant right = graph.constant(node.getInput(1));
        if (right != null) {
            Columns of = graph.value(node.getInput(0));
            return Columns.of(of.count(), column -> {
                double by = right.broadcast(column, of.count());
                return switch (operator) {
                    case "Add" -> terms.affine(of.at(column), 1, by);
                    case "Sub" -> terms.affine(of.at(column), 1, -by);
                    case "Mul" -> terms.affine(of.at(column), by, 0);
                    default -> terms.affine(of.at(column), 1 / by, 0);
                };
            });
        }
        if (left != null) {
            Columns of = graph.value(node.getInput(1));
            return Columns.of(of.count(), column -> {
                double from = left.broadcast(column, of.count());
                return switch (operator) {
                    case "Add" -> terms.affine(of.at(column), 1, from);
                    case "Sub" -> terms.affine(of.at(column), -1, from);
                    case "Mul" -> terms.affine(of.at(column), from, 0);
                    default -> throw new UnreadException("divides by what depends on the row");
                };
            });
        }
        return sumOfTwo(node);
    }

    /** Min and Max with a constant. */
    private Columns cut(NodeProto node, Attributes attributes) throws UnreadException {
        Constant left = graph.constant(node.getInput(0));
        Constant right = node.getInputCount() == 2 ? graph.constant(node.getInput(1)) : null;
        if (node.getInputCount() != 2 || (left == null) == (right == null)) {
            throw new UnreadException("computes " + attributes.title());
        }
        Constant bound = left == null ? right : left;
        Columns of = graph.value(node.getInput(left == null ? 0 : 1));
        boolean above = node.getOpType().equals("Min");
        return Columns.of(of.count(), column -> {
            double at = bound.broadcast(column, of.count());
            return terms.cut(
                    of.at(column), above ? Double.NEGATIVE_INFINITY : at, above ? at : Double.POSITIVE_INFINITY);
        });
    }

    /** Clip with constants. */
    private Columns clipped(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        double low = bound(node, 1, attributes, attributes.real("min", Double.NEGATIVE_INFINITY));
        double high = bound(node, 2, attributes, attributes.real("max", Double.POSITIVE_INFINITY));
        return Columns.of(of.count(), column -> terms.cut(of.at(column), low, high));
    }

    private double bound(NodeProto node, int input, Attributes attributes, double otherwise) throws UnreadException {
        return node.getInputCount() > input && !node.getInput(input).isEmpty()
                ? constant(node, input, attributes).broadcast(0, 1)
                : otherwise;
    }

    private Columns sumOfTwo(NodeProto node) throws UnreadException {
        Columns one = graph.value(node.getInput(0));
        Columns other = graph.value(node.getInput(1));
        boolean less = node.getOpType().equals("Sub");
        if (one.count() != other.count() || !less && !node.getOpType().equals("Add")) {
            throw new UnreadException(
                    "computes " + new Attributes(node).title() + " of two values that depend on the row");
        }
        return Columns.of(
                one.count(), column -> terms.plus(one.at(column), terms.affine(other.at(column), less ? -1 : 1, 0)));
    }

    /** MatMul with a constant, and Gemm, which adds one. */
    private Columns product(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        Constant by = constant(node, 1, attributes);
        boolean turned = attributes.whole("transB", 0) != 0;
        if (attributes.whole("transA", 0) != 0 || by.dims().length != 2) {
            throw new UnreadException("computes " + attributes.title());
        }
        int rows = (int) by.dims()[turned ? 1 : 0];
        int columns = (int) by.dims()[turned ? 0 : 1];
        if (rows != of.count()) {
            throw new UnreadException("multiplies " + of.count() + " columns by " + rows + " rows");
        }
        double alpha = attributes.real("alpha", 1);
        double beta = attributes.real("beta", 1);
        Constant added = node.getInputCount() > 2 && !node.getInput(2).isEmpty() ? constant(node, 2, attributes) : null;
        return Columns.of(columns, column -> {
            double[] factors = new double[rows];
            for (int i = 0; i < rows; i++) {
                factors[i] = alpha * by.values()[turned ? column * rows + i : i * columns + column];
            }
            double bias = added == null ? 0 : beta * added.broadcast(column, columns);
            return terms.sum(bias, factors, of);
        });
    }

    private Constant constant(NodeProto node, int input, Attributes attributes) throws UnreadException {
        Constant constant = graph.constant(node.getInput(input));
        if (constant == null) {
            throw new UnreadException("computes " + attributes.title() + " of two values that depend on the row");
        }
        return constant;
    }

    private Columns regressor(NodeProto node, Attributes attributes) throws UnreadException {
        int targets = Math.toIntExact(attributes.whole("targets", 1));
        return transformed(weighted(node, attributes, targets), attributes);
    }

    private Columns weighted(NodeProto node, Attributes attributes, int targets) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        double[] coefficients = attributes.reals("coefficients", Math.multiplyExact(targets, of.count()));
        double[] intercepts = attributes.reals("intercepts");
        return Columns.of(
                targets,
                target -> terms.sum(
                        intercepts.length == 0 ? 0 : intercepts[target],
                        Arrays.copyOfRange(coefficients, target * of.count(), (target + 1) * of.count()),
                        of));
    }

    private Columns classifier(NodeProto node, Attributes attributes) throws UnreadException {
        int intercepts = attributes.reals("intercepts").length;
        int classes =
                Math.max(attributes.texts("classlabels_strings").size(), attributes.wholes("classlabels_ints").length);
        if (intercepts != 1 || classes != 2) {
            return transformed(weighted(node, attributes, Math.max(1, intercepts)), attributes);
        }
        return opposite(weighted(node, attributes, 1).at(0), attributes);
    }

    /** The two columns of a classifier that has one sum. */
    private Columns opposite(Term sum, Attributes attributes) throws UnreadException {
        boolean logistic = attributes.text("post_transform", "NONE").equals("LOGISTIC");
        Columns both = Columns.of(2, column -> terms.affine(sum, column == 0 ? -1 : 1, 0));
        return switch (variant) {
            case 0 -> logistic ? Terms.linked(Link.LOGISTIC, both) : both;
            default -> Columns.of(2, column -> column == 0 ? terms.affine(sum, -1, 1) : sum);
        };
    }

    private Columns transformed(Columns sums, Attributes attributes) throws UnreadException {
        String transform = attributes.text("post_transform", "NONE");
        return switch (transform) {
            case "NONE" -> sums;
            case "LOGISTIC" -> Terms.linked(Link.LOGISTIC, sums);
            case "SOFTMAX" -> terms.softmax(sums);
            default -> throw new UnreadException("has post_transform " + transform + " in " + attributes.title());
        };
    }

    /** Parts that make one already stay as they are: p and 1 − p, or the shares of a softmax. */
    private Columns normalized(NodeProto node, Attributes attributes) throws UnreadException {
        Columns of = graph.value(node.getInput(0));
        boolean shares = attributes.text("norm", "MAX").equals("L1")
                && (of.at(0) instanceof Term.Softmax
                        || of.count() == 2
                                && of.at(0) instanceof Term.Linked(Link link, Term _)
                                && link == Link.LOGISTIC);
        if (!shares) {
            throw new UnreadException("computes " + attributes.title());
        }
        return of;
    }

    private Columns trees(NodeProto node, Attributes attributes) throws UnreadException {
        Columns input = graph.value(node.getInput(0));
        switch (node.getOpType()) {
            case "TreeEnsembleRegressor" -> {
                int targets = Math.toIntExact(attributes.whole("n_targets", 1));
                return transformed(sums(ForestNode.read(attributes, "target", targets, input)), attributes);
            }
            case "TreeEnsemble" -> {
                Forest forest = TreesNode.read(attributes, input);
                return switch ((int) attributes.whole("post_transform", 0)) {
                    case 0 -> sums(forest);
                    case 1 -> terms.softmax(sums(forest));
                    case 2 -> Terms.linked(Link.LOGISTIC, sums(forest));
                    default -> throw new UnreadException("transforms what " + attributes.title() + " gives");
                };
            }
            case "TreeEnsembleClassifier" -> {
                return classes(attributes, input);
            }
            default -> throw new UnreadException("computes " + attributes.title());
        }
    }

    private Columns classes(Attributes attributes, Columns input) throws UnreadException {
        int labels = Math.max(
                attributes.texts("classlabels_strings").size(), attributes.wholes("classlabels_int64s").length);
        long[] ids = Arrays.stream(attributes.wholes("class_ids")).distinct().toArray();
        if (labels != 2 || ids.length != 1 || ids[0] != 0) {
            return transformed(sums(ForestNode.read(attributes, "class", labels, input)), attributes);
        }
        // Leaves of the first class alone are one sum for both; base values are of that sum, or of both classes, and
        // then the second holds.
        double[] bases = attributes.reals("base_values");
        Forest forest = ForestNode.read(attributes, "class", 2, input, new double[2]);
        var sum = new Term.Trees(forest, 0, 1, bases.length == 0 ? 0 : bases[bases.length - 1]);
        return opposite(sum, attributes);
    }

    private static Columns sums(Forest forest) {
        return Columns.of(forest.base().length, target -> new Term.Trees(forest, target, 1, 0));
    }
}
