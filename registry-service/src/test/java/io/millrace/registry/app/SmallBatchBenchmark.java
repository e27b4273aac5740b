package io.millrace.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * How long 500 events of ten columns take to check, which a pipeline does once a second: JSON, nested items, patterns, formats, a key and null shares. The
 * target is 30 ms. Not one of the tests: {@code mvn -pl registry-service test -Dtest=SmallBatchBenchmark}.
 */
class SmallBatchBenchmark {
    private static final int EVENTS = 500;
    private static final int WARM_UP = 100;
    private static final int ROUNDS = 300;

    @Test
    void printsTheTimeOfABatch() throws Exception {
        var orders = new Orders();
        byte[] batch = Orders.rows(EVENTS);
        long[] took = new long[ROUNDS];
        for (int i = -WARM_UP; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            assertThat(orders.validate(batch).rows()).isEqualTo(EVENTS);
            if (i >= 0) {
                took[i] = System.nanoTime() - begun;
            }
        }
        Arrays.sort(took);
        System.out.printf(
                "%d events, %d bytes: p50 %s, p90 %s, p99 %s%n",
                EVENTS, batch.length, at(took, 0.5), at(took, 0.9), at(took, 0.99));
    }

    private static Duration at(long[] sorted, double share) {
        return Duration.ofNanos(sorted[(int) (share * (sorted.length - 1))]);
    }
}
