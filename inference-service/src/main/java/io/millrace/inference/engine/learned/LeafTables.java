package io.millrace.inference.engine.learned;

import static io.millrace.inference.engine.onnx.OnnxGraph.whole;

import io.millrace.inference.engine.onnx.OnnxGraph;
import io.millrace.models.kernel.learn.TreeForm;
import java.util.ArrayList;
import java.util.List;

/** What the leaves of trees say, as tables that are looked up by the number of a leaf. Not thread-safe. */
final class LeafTables {
    private final int columns;
    private final List<Double> shares = new ArrayList<>();
    private final List<Boolean> isBayes = new ArrayList<>();

    /** The row of each leaf in the tables of naive Bayes; 0 of one that is a share. */
    private final List<Long> rows = new ArrayList<>();

    private final List<Double> constants = new ArrayList<>();

    /** Means and curves of the negative class, and of the positive. */
    private final List<List<double[]>> means = List.of(new ArrayList<>(), new ArrayList<>());

    private final List<List<double[]>> curves = List.of(new ArrayList<>(), new ArrayList<>());

    /** @param columns how many numbers a row has */
    LeafTables(int columns) {
        this.columns = columns;
    }

    /** Takes a leaf and says its number. */
    int add(TreeForm.Node leaf) {
        switch (leaf) {
            case TreeForm.Share(double probability) -> {
                shares.add(probability);
                isBayes.add(false);
                rows.add(0L);
            }
            case TreeForm.Bayes bayes -> {
                shares.add(0.0);
                isBayes.add(true);
                rows.add((long) constants.size());
                add(bayes);
            }
            case TreeForm.Split _ -> throw new IllegalArgumentException("a test is no leaf");
        }
        return shares.size() - 1;
    }

    private void add(TreeForm.Bayes bayes) {
        constants.add(bayes.constant());
        int seen = bayes.columns().length;
        for (int label = 0; label < 2; label++) {
            double[] mean = new double[columns];
            double[] curve = new double[columns];
            for (int i = 0; i < seen; i++) {
                mean[bayes.columns()[i]] = bayes.means()[label * seen + i];
                curve[bayes.columns()[i]] = bayes.curves()[label * seen + i];
            }
            means.get(label).add(mean);
            curves.get(label).add(curve);
        }
    }

    /**
     * The probability that each row's leaf of each tree gives; at least one leaf is of naive Bayes.
     *
     * @param dense FP64 [rows, columns]
     * @param leaf INT64 [rows, trees]
     * @return FP64 [rows, trees]
     */
    String probabilities(OnnxGraph graph, String dense, String leaf) {
        List<Long> all = List.of((long) shares.size());
        String share = gather(
                graph,
                graph.doubles(all, shares.stream().mapToDouble(value -> value).toArray()),
                leaf);
        boolean[] flags = new boolean[isBayes.size()];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = isBayes.get(i);
        }
        String bayes = gather(graph, graph.flags(all, flags), leaf);
        String row = gather(
                graph, graph.longs(all, rows.stream().mapToLong(value -> value).toArray()), leaf);
        // [rows, 1, columns] beside the tables' [rows, trees, columns].
        String values = graph.add("Unsqueeze", List.of(dense, graph.longs(List.of(1L), 1)));
        String terms = graph.add("Add", List.of(squares(graph, values, row, 0), squares(graph, values, row, 1)));
        String sum = graph.add("ReduceSum", List.of(terms, graph.longs(List.of(1L), 2)), whole("keepdims", 0));
        String constant = gather(
                graph,
                graph.doubles(
                        List.of((long) constants.size()),
                        constants.stream().mapToDouble(value -> value).toArray()),
                row);
        String probability = graph.add("Sigmoid", List.of(graph.add("Add", List.of(constant, sum))));
        return graph.add("Where", List.of(bayes, probability, share));
    }

    /** The curve times the square of the distance from the mean, of each column. */
    private String squares(OnnxGraph graph, String values, String row, int label) {
        String distance = graph.add("Sub", List.of(values, gather(graph, table(graph, means.get(label)), row)));
        String once = graph.add("Mul", List.of(gather(graph, table(graph, curves.get(label)), row), distance));
        return graph.add("Mul", List.of(once, distance));
    }

    private String table(OnnxGraph graph, List<double[]> lines) {
        double[] flat = new double[lines.size() * columns];
        for (int i = 0; i < lines.size(); i++) {
            System.arraycopy(lines.get(i), 0, flat, i * columns, columns);
        }
        return graph.doubles(List.of((long) lines.size(), (long) columns), flat);
    }

    private static String gather(OnnxGraph graph, String table, String rows) {
        return graph.add("Gather", List.of(table, rows), whole("axis", 0));
    }
}
