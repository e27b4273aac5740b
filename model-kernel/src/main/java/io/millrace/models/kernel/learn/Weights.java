package io.millrace.models.kernel.learn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** The weights of a linear model, the intercept last, with what their optimizer remembers of each. */
abstract sealed class Weights {
    final double[] weights;

    private Weights(int columns) {
        weights = new double[columns + 1];
    }

    static Weights of(Optimizer optimizer, int columns) {
        return switch (optimizer) {
            case Optimizer.Ftrl ftrl -> new Ftrl(ftrl, columns);
            case Optimizer.AdaGrad adaGrad -> new AdaGrad(adaGrad, columns);
            case Optimizer.Sgd sgd -> new Sgd(sgd, columns);
        };
    }

    /** Steps one weight against its gradient. */
    abstract void step(int column, double gradient);

    abstract void stepIntercept(double gradient);

    /** What the optimizer remembers: arrays as long as the weights. */
    abstract double[][] memory();

    double intercept() {
        return weights[weights.length - 1];
    }

    /** Columns that were never touched are left out, so that a large hashed space takes only what it uses. */
    void write(DataOutput out) throws IOException {
        double[][] memory = memory();
        int used = 0;
        for (int i = 0; i < weights.length; i++) if (isUsed(i, memory)) used++;
        out.writeInt(used);
        for (int i = 0; i < weights.length; i++) {
            if (!isUsed(i, memory)) continue;
            out.writeInt(i);
            out.writeDouble(weights[i]);
            for (double[] values : memory) out.writeDouble(values[i]);
        }
    }

    private boolean isUsed(int column, double[][] memory) {
        long bits = Double.doubleToRawLongBits(weights[column]);
        for (double[] values : memory) bits |= Double.doubleToRawLongBits(values[column]);
        return bits != 0;
    }

    void readInto(DataInput in) throws IOException {
        double[][] memory = memory();
        for (int left = in.readInt(); left > 0; left--) {
            int column = in.readInt();
            if (column < 0 || column >= weights.length) throw new IOException("there is no weight " + column);
            weights[column] = in.readDouble();
            for (double[] values : memory) values[column] = in.readDouble();
        }
    }

    private static final class Ftrl extends Weights {
        private final Optimizer.Ftrl rates;
        private final double[] sums;
        private final double[] squares;

        Ftrl(Optimizer.Ftrl rates, int columns) {
            super(columns);
            this.rates = rates;
            sums = new double[columns + 1];
            squares = new double[columns + 1];
        }

        @Override
        void step(int column, double gradient) {
            step(column, gradient, rates.l1(), rates.l2());
        }

        @Override
        void stepIntercept(double gradient) {
            step(weights.length - 1, gradient, 0, 0);
        }

        private void step(int i, double gradient, double l1, double l2) {
            if (gradient == 0) return;
            double before = Math.sqrt(squares[i]);
            squares[i] += gradient * gradient;
            double root = Math.sqrt(squares[i]);
            sums[i] += gradient - (root - before) / rates.alpha() * weights[i];
            double beyond = Math.abs(sums[i]) - l1;
            weights[i] =
                    beyond <= 0 ? 0 : -Math.copySign(beyond, sums[i]) / ((rates.beta() + root) / rates.alpha() + l2);
        }

        @Override
        double[][] memory() {
            return new double[][] {sums, squares};
        }
    }

    private static final class AdaGrad extends Weights {
        private static final double FLOOR = 1e-8;

        private final Optimizer.AdaGrad rates;
        private final double[] squares;

        AdaGrad(Optimizer.AdaGrad rates, int columns) {
            super(columns);
            this.rates = rates;
            squares = new double[columns + 1];
        }

        @Override
        void step(int column, double gradient) {
            squares[column] += gradient * gradient;
            weights[column] -= rates.rate() * gradient / Math.sqrt(squares[column] + FLOOR);
        }

        @Override
        void stepIntercept(double gradient) {
            step(weights.length - 1, gradient);
        }

        @Override
        double[][] memory() {
            return new double[][] {squares};
        }
    }

    private static final class Sgd extends Weights {
        private final Optimizer.Sgd rates;

        Sgd(Optimizer.Sgd rates, int columns) {
            super(columns);
            this.rates = rates;
        }

        @Override
        void step(int column, double gradient) {
            weights[column] -= rates.rate() * gradient;
        }

        @Override
        void stepIntercept(double gradient) {
            weights[weights.length - 1] -= rates.interceptRate() * gradient;
        }

        @Override
        double[][] memory() {
            return new double[0][];
        }
    }
}
