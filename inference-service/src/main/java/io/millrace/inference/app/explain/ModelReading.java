package io.millrace.inference.app.explain;

import io.millrace.inference.domain.explain.Link;
import io.millrace.models.kernel.explain.TreeEnsemble;

/** What was read of how a model comes to its prediction, so that contributions need not be sampled. A row has the columns of all the definition's inputs behind each other. */
public sealed interface ModelReading {
    /** It was not read; why, as the end of a sentence that begins with the model. */
    record Unread(String why) implements ModelReading {}

    /** A form that gave the engine's own answers when the model was loaded. */
    sealed interface Read extends ModelReading {
        /** What the prediction is made of; the link's sum. */
        double sum(double[] row);

        Link link();
    }

    /**
     * A linear form of columns that are cut.
     *
     * @param lowest by column, what is below it counts as it; −∞ where nothing is cut
     * @param highest by column; +∞ where nothing is cut
     */
    record Linear(double intercept, double[] weights, double[] lowest, double[] highest, Link link) implements Read {
        @Override
        public double sum(double[] row) {
            double sum = intercept;
            for (int i = 0; i < weights.length; i++) {
                // a column without weight counts for nothing, whatever it holds
                sum += weights[i] == 0 ? 0 : weights[i] * cut(i, row[i]);
            }
            return sum;
        }

        /** What the weights see of a row. */
        double[] cut(double[] row) {
            double[] cut = new double[weights.length];
            for (int i = 0; i < cut.length; i++) {
                cut[i] = cut(i, row[i]);
            }
            return cut;
        }

        private double cut(int column, double value) {
            return Math.max(Math.min(value, highest[column]), lowest[column]);
        }
    }

    /**
     * A sum of trees.
     *
     * @param trees over what the columns become
     * @param columns which column of a row each of the trees' features is made of; each of another
     * @param covered whether the covers are those that the file gives; else every leaf counts the same
     */
    record Trees(TreeEnsemble trees, Column[] columns, Link link, boolean covered) implements Read {
        @Override
        public double sum(double[] row) {
            return trees.score(project(row));
        }

        /** What the trees see of a row. */
        double[] project(double[] row) {
            double[] projected = new double[columns.length];
            for (int i = 0; i < projected.length; i++) {
                projected[i] = columns[i].of(row);
            }
            return projected;
        }
    }

    /**
     * What a feature of trees is made of, with the engine's rounding.
     *
     * @param source place of the column in a row
     * @param narrowed whether it is rounded to 32 bits
     * @param scaling what was done to it, also in 32 bits; null where nothing was
     */
    record Column(
            int source,
            boolean narrowed,
            @org.jspecify.annotations.Nullable Scaling scaling) {
        double of(double[] row) {
            double value = row[source];
            if (scaling != null) {
                return ((float) value - scaling.offset()) * scaling.factor();
            }
            return narrowed ? (float) value : value;
        }
    }

    /** {@code (x − offset) · factor}. */
    record Scaling(float offset, float factor) {}
}
