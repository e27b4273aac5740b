package io.millrace.inference.engine.learned;

import static io.millrace.inference.engine.onnx.OnnxGraph.whole;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.millrace.inference.app.learn.LearnedModel;
import io.millrace.inference.engine.onnx.OnnxGraph;
import io.millrace.models.kernel.learn.FeatureSpace;
import io.millrace.models.kernel.learn.LinearForm;
import java.util.Arrays;
import java.util.List;

/** Writes a linear model: its numbers cut and multiplied with the slopes, and for each category what its slot holds. */
final class LinearOnnx {
    private final LinearForm form;
    private final FeatureSpace space;
    private final OnnxGraph graph = new OnnxGraph("linear", Columns.OPERATORS);
    private final Columns columns;

    /** The numbers between their bounds; blank where there are none. */
    private final String cut;

    private LinearOnnx(LinearForm form) {
        this.form = form;
        space = form.space();
        columns = new Columns(graph, space);
        cut = columns.hasNumbers() ? cut() : "";
    }

    static ModelProto write(LinearForm form) {
        return new LinearOnnx(form).model();
    }

    private ModelProto model() {
        String score = graph.doubles(List.of(1L, 1L), form.intercept());
        if (columns.hasNumbers()) {
            String slopes = graph.doubles(List.of((long) form.slopes().length, 1L), form.slopes());
            score = graph.add("Add", List.of(graph.add("MatMul", List.of(cut, slopes)), score));
        }
        for (int field = 0; field < space.sparseFields(); field++) {
            score = graph.add("Add", List.of(score, part(field)));
        }
        graph.addAs(
                LearnedModel.PREDICTION,
                switch (form.link()) {
                    case IDENTITY -> "Identity";
                    case LOGISTIC -> "Sigmoid";
                },
                List.of(score));
        graph.output(LearnedModel.PREDICTION, DataType.DOUBLE, 1);
        return graph.model();
    }

    private String cut() {
        List<Long> row = List.of(1L, (long) space.denseColumns());
        String below = graph.add("Min", List.of(columns.dense(), graph.doubles(row, form.highest())));
        return graph.add("Max", List.of(below, graph.doubles(row, form.lowest())));
    }

    /** What a field adds to the score. */
    private String part(int field) {
        String constant = ofSlot(field, form.slotConstants());
        int number = space.multiplier(field);
        if (number < 0) {
            return constant;
        }
        String value = graph.add("Gather", List.of(cut, graph.longs(List.of(1L), number)), whole("axis", 1));
        String slope = graph.add("Mul", List.of(ofSlot(field, form.slotSlopes()), value));
        return graph.add("Add", List.of(constant, slope));
    }

    private String ofSlot(int field, double[] all) {
        int from = space.offset(field);
        int count = 1 << space.bits(field);
        String table = graph.doubles(List.of((long) count), Arrays.copyOfRange(all, from, from + count));
        return graph.add("Gather", List.of(table, columns.slot(field)), whole("axis", 0));
    }
}
