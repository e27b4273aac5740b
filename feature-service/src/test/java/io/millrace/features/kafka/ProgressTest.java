package io.millrace.features.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.features.kernel.SourcePartition;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final SourcePartition ZERO = new SourcePartition("t", "id", 0);
    private static final SourcePartition ONE = new SourcePartition("t", "id", 1);

    private final Progress progress = new Progress();

    @Test
    void aWaiterIsWokenOnceAllPartitionsAreThere() {
        progress.note(Map.of(ZERO, 3L));
        CompletableFuture<Boolean> reached = progress.reached(Map.of(ZERO, 5L, ONE, 1L), Duration.ofMinutes(1));

        progress.note(Map.of(ZERO, 5L));
        assertThat(reached).isNotDone();
        progress.note(Map.of(ONE, 2L));
        assertThat(reached.join()).isTrue();
        assertThat(progress.isAwaited()).isFalse();
    }

    @Test
    void patienceRunsOut() throws Exception {
        assertThat(progress.reached(Map.of(ZERO, 5L), Duration.ofMillis(5)).get(5, TimeUnit.SECONDS))
                .isFalse();
        assertThat(progress.isAwaited()).isFalse();
    }

    @Test
    void aPartitionOfATopicThatWasMadeAgainIsAnotherOne() {
        progress.note(Map.of(ZERO, 100L));

        assertThat(progress.reached(Map.of(new SourcePartition("t", "other", 0), 1L), Duration.ofMinutes(1)))
                .isNotDone();
        assertThat(progress.lag(Map.of(ZERO, 130L, ONE, 7L))).isEqualTo(37);
    }

    @Test
    void emptyPartitionsAreReachedFromTheStartAndPositionsFallBackOnlyWhereALoopBeginsAgain() {
        assertThat(progress.reached(Map.of(ZERO, 0L), Duration.ofMinutes(1)).join())
                .isTrue();
        progress.note(Map.of(ZERO, 5L));
        progress.note(Map.of(ZERO, 4L));

        assertThat(progress.applied()).isEqualTo(Map.of(ZERO, 5L));
        progress.begin(Map.of(ZERO, 2L));
        assertThat(progress.applied()).isEqualTo(Map.of(ZERO, 2L));
    }
}
