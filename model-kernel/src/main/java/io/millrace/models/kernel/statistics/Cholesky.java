package io.millrace.models.kernel.statistics;

/** A positive definite matrix as L·L', row by row in one array: to solve with, and to measure lengths by. */
public final class Cholesky {
    private final int size;
    private final double[] lower;

    private Cholesky(int size, double[] lower) {
        this.size = size;
        this.lower = lower;
    }

    /**
     * Of a symmetric matrix, of which the lower half is read.
     *
     * @throws ArithmeticException where it is not positive definite
     */
    public static Cholesky of(double[] matrix, int size) {
        double[] lower = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i * size + j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i * size + k] * lower[j * size + k];
                }
                if (i != j) {
                    lower[i * size + j] = sum / lower[j * size + j];
                } else if (sum > 0 && sum < Double.POSITIVE_INFINITY) {
                    lower[i * size + i] = Math.sqrt(sum);
                } else {
                    throw new ArithmeticException("not positive definite: pivot " + sum + " in row " + i);
                }
            }
        }
        return new Cholesky(size, lower);
    }

    /** The factor that {@link #factor} gave. */
    public static Cholesky ofFactor(double[] lower, int size) {
        return new Cholesky(size, lower.clone());
    }

    public double[] factor() {
        return lower.clone();
    }

    /** x'A⁻¹x; the vector is used up. */
    public double inverseNorm(double[] vector) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double value = vector[i];
            int row = i * size;
            for (int k = 0; k < i; k++) {
                value -= lower[row + k] * vector[k];
            }
            value /= lower[row + i];
            vector[i] = value;
            sum += value * value;
        }
        return sum;
    }

    /** Makes A⁻¹b of b, in place. */
    public void solve(double[] vector) {
        inverseNorm(vector);
        for (int i = size - 1; i >= 0; i--) {
            double value = vector[i];
            for (int k = i + 1; k < size; k++) {
                value -= lower[k * size + i] * vector[k];
            }
            vector[i] = value / lower[i * size + i];
        }
    }
}
