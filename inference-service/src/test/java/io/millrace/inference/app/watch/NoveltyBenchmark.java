package io.millrace.inference.app.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.inference.domain.Novelty;
import io.millrace.models.kernel.random.Seeded;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What novelty costs a row, of 12 features: {@code mvn -pl inference-service test -Dtest=NoveltyBenchmark -Dtest.jvm.args=-Xmx768m}. Not one of the tests. */
class NoveltyBenchmark {
    private static final int ROWS = 200_000;

    @ParameterizedTest
    @EnumSource(Novelty.class)
    void costsOfARow(Novelty kind) {
        var random = new Seeded(1);
        double[][] rows = new double[ROWS][12];
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.gaussian();
            }
        }
        NoveltyScorer scorer = NoveltyScorer.fit(kind, rows);
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 3; round++) {
            long before = thread.getCurrentThreadCpuTime();
            long bytes = thread.getCurrentThreadAllocatedBytes();
            double sum = 0;
            for (double[] row : rows) {
                sum += scorer.score(row);
            }
            System.out.printf(
                    "%s: %d ns and %d bytes a row%n",
                    kind,
                    (thread.getCurrentThreadCpuTime() - before) / ROWS,
                    (thread.getCurrentThreadAllocatedBytes() - bytes) / ROWS);
            assertThat(sum / ROWS).isBetween(0.4, 0.6);
        }
    }
}
