package io.millrace.gate.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class LoopDelayTest {
    private static final long TARGET = 1_000_000_000_000L;

    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final LoopDelay delay = new LoopDelay(TARGET);
    private final long start = System.nanoTime();

    /** So many calls at one moment; how many of them were refused where refusals are drawn evenly. */
    private int refused(int calls, long at) {
        int refused = 0;
        for (int i = 0; i < calls; i++) {
            refused += delay.refuses(loop::add, start + at, (i + 0.5) / calls) ? 1 : 0;
        }
        return refused;
    }

    @Test
    void nobodyIsRefusedWhileTheLoopIsInTime() {
        assertThat(refused(1_000, 0)).isZero();
        assertThat(refused(1_000, TARGET)).isZero();
    }

    @Test
    void theShareThatIsRefusedGrowsWithTheDelay() {
        refused(100, 0);

        assertThat(refused(100, TARGET * 3 / 2)).isEqualTo(25);
        assertThat(refused(100, TARGET * 2)).isEqualTo(50);
        assertThat(refused(100, TARGET * 100)).isEqualTo(95);
    }

    @Test
    void aPauseBehindWhichFewCallsWaitRefusesNobody() {
        refused(10, 0);

        assertThat(refused(10, TARGET * 100)).isZero();
    }

    @Test
    void onceTheLoopHasCaughtUpAllAreLetInAgain() {
        refused(200, 0);
        assertThat(refused(100, TARGET * 3)).isPositive();
        loop.remove().run();

        assertThat(refused(100, 0)).isZero();
        assertThat(loop).hasSize(1);
    }
}
