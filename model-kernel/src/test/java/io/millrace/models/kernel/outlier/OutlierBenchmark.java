package io.millrace.models.kernel.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.models.kernel.random.Seeded;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a score costs: processor time of one thread per row, after a warm-up. Run by name, without the tests' limit of the compiler: {@code -Dtest=OutlierBenchmark -Dtest.jvm.args=-Xmx768m}. */
class OutlierBenchmark {
    private static final int ROWS = 100_000;

    @Test
    void scores() {
        for (int features : new int[] {8, 32}) {
            var random = new Seeded(1);
            double[][] rows = new double[ROWS][features];
            for (double[] row : rows) {
                for (int j = 0; j < features; j++) {
                    row[j] = random.gaussian();
                }
            }
            IsolationForest forest = IsolationForest.fit(rows, 100, 256, 1);
            Mahalanobis distance = Mahalanobis.fit(rows);
            for (int round = 0; round < 3; round++) {
                measure("isolation forest 100 x 256", features, rows, forest::score);
                measure("Mahalanobis", features, rows, distance::score);
            }
        }
    }

    private static void measure(
            String name, int features, double[][] rows, java.util.function.ToDoubleFunction<double[]> scorer) {
        var thread = ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadCpuTime();
        double sum = 0;
        for (double[] row : rows) {
            sum += scorer.applyAsDouble(row);
        }
        long nanos = (thread.getCurrentThreadCpuTime() - before) / rows.length;
        assertThat(sum).isPositive();
        System.out.printf("%s, %d features: %d ns a row (mean score %.3f)%n", name, features, nanos, sum / rows.length);
    }
}
