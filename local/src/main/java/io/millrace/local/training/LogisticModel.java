package io.millrace.local.training;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * A logistic regression fitted by Tribuo on standardised columns, with the standardisation folded into its weights: it takes columns as they are
 * served. The same rows give the same model to the bit.
 */
public final class LogisticModel {
    private static final String TRUE = "true";
    private static final String FALSE = "false";
    private static final double LEARNING_RATE = 0.1;
    private static final int EPOCHS = 20;
    private static final int MINIBATCH = 16;
    private static final long SEED = 20_010_101L;
    private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

    private final List<String> columns;
    private final double[] imputes;
    private final double[] deviations;
    private final LinearSGDModel fitted;
    private final double[][] weights;
    private final double[] biases;

    private LogisticModel(
            List<String> columns,
            double[] imputes,
            double[] deviations,
            LinearSGDModel fitted,
            double[][] weights,
            double[] biases) {
        this.columns = columns;
        this.imputes = imputes;
        this.deviations = deviations;
        this.fitted = fitted;
        this.weights = weights;
        this.biases = biases;
    }

    /**
     * Fits on rows whose label is known.
     *
     * @param columns names, in the order of the rows' values
     * @param rows NaN where a value is missing: the column's mean stands in, in training as in serving
     * @throws IllegalArgumentException where the labels are all the same
     */
    public static LogisticModel fit(List<String> columns, double[][] rows, boolean[] labels) {
        TRIBUO.setLevel(Level.WARNING);
        double[] means = means(rows, columns.size());
        double[] deviations = deviations(rows, means);
        var factory = new LabelFactory();
        var dataset = new MutableDataset<Label>(new SimpleDataSourceProvenance("served features", factory), factory);
        for (int row = 0; row < rows.length; row++) {
            dataset.add(example(columns, means, deviations, rows[row], labels[row]));
        }
        if (dataset.getOutputs().size() != 2) {
            throw new IllegalArgumentException("training needs both outcomes among its rows");
        }
        LinearSGDModel fitted = new LinearSGDTrainer(
                        new LogMulticlass(), new AdaGrad(LEARNING_RATE), EPOCHS, Integer.MAX_VALUE, MINIBATCH, SEED)
                .train(dataset);
        return fold(columns, means, deviations, fitted);
    }

    /** Tribuo orders its columns by name and its outputs by its own ids: both are put back into ours. */
    private static LogisticModel fold(
            List<String> columns, double[] means, double[] deviations, LinearSGDModel fitted) {
        DenseMatrix matrix = fitted.getWeightsCopy();
        double[][] weights = new double[2][columns.size()];
        double[] biases = new double[2];
        for (int output = 0; output < 2; output++) {
            int row = fitted.getOutputIDInfo().getID(new Label(output == 1 ? TRUE : FALSE));
            biases[output] = matrix.get(row, columns.size());
            for (int column = 0; column < columns.size(); column++) {
                int id = fitted.getFeatureIDMap().get(columns.get(column)).getID();
                weights[output][column] = matrix.get(row, id) / deviations[column];
                biases[output] -= weights[output][column] * means[column];
            }
        }
        return new LogisticModel(columns, means, deviations, fitted, weights, biases);
    }

    public List<String> columns() {
        return columns;
    }

    /** What stands in for a missing value of a column: its mean over the training rows. */
    public double impute(int column) {
        return imputes[column];
    }

    /** Weights by output (false, true) and column, for columns as they are served. */
    double[][] weights() {
        return weights;
    }

    /** Biases by output (false, true). */
    double[] biases() {
        return biases;
    }

    /** Tribuo's own probability of true for one row; NaN values are imputed. */
    public double probability(double[] row) {
        Label score = fitted.predict(example(columns, imputes, deviations, row, false))
                .getOutputScores()
                .get(TRUE);
        if (score == null) {
            throw new IllegalStateException("the model does not score \'" + TRUE + "\'");
        }
        return score.getScore();
    }

    private static ArrayExample<Label> example(
            List<String> columns, double[] means, double[] deviations, double[] row, boolean label) {
        double[] scaled = new double[row.length];
        for (int column = 0; column < row.length; column++) {
            scaled[column] = Double.isNaN(row[column]) ? 0 : (row[column] - means[column]) / deviations[column];
        }
        return new ArrayExample<>(new Label(label ? TRUE : FALSE), columns.toArray(String[]::new), scaled);
    }

    private static double[] means(double[][] rows, int columns) {
        double[] means = new double[columns];
        for (int column = 0; column < columns; column++) {
            double sum = 0;
            int count = 0;
            for (double[] row : rows) {
                if (!Double.isNaN(row[column])) {
                    sum += row[column];
                    count++;
                }
            }
            means[column] = count == 0 ? 0 : sum / count;
        }
        return means;
    }

    /** Standard deviations; 1 for a column that does not vary, whose weight then stays what it is. */
    private static double[] deviations(double[][] rows, double[] means) {
        double[] deviations = new double[means.length];
        for (int column = 0; column < means.length; column++) {
            double sum = 0;
            int count = 0;
            for (double[] row : rows) {
                if (!Double.isNaN(row[column])) {
                    double off = row[column] - means[column];
                    sum += off * off;
                    count++;
                }
            }
            deviations[column] = sum > 0 ? Math.sqrt(sum / count) : 1;
        }
        return deviations;
    }
}
