package io.millrace.inference.app.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.inference.domain.ModelServing.Batching;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A model is simulated: a run of n rows takes a fixed part and one for each row; calls of one row arrive evenly. */
class BatchTunerTest {
    private static final long MILLI = 1_000_000;

    private long now;
    private double queued;
    private long runs;
    private long ran;

    @Test
    void theSizeGrowsToWhatTheObjectiveLeavesRoomForAndNoFurther() {
        var tuner = tuner(1000, Duration.ofMillis(5), Duration.ofMillis(20));
        // 1 ms and 0.1 ms a row: 90 rows take the 10 ms that are half of the objective. 8 calls a millisecond keep the
        // queue full.
        simulate(tuner, 60, 8, 1, 0.1);
        assertThat(tuner.size()).isBetween(60, 90);
        BatchChoice choice = tuner.choice();
        assertThat(choice.maxSize()).isEqualTo(tuner.size());
        assertThat(choice.objective()).contains(Duration.ofMillis(20));
        assertThat(choice.measured()).isPresent();
    }

    @Test
    void moreLoadThanCanBeServedDoesNotMakeRunsSmaller() {
        var tuner = tuner(1000, Duration.ofMillis(5), Duration.ofMillis(20));
        simulate(tuner, 60, 8, 1, 0.1);
        int before = tuner.size();
        simulate(tuner, 60, 50, 1, 0.1);
        assertThat(tuner.size()).isBetween(before * 3 / 4, 90);
        assertThat(tuner.delayNanos()).isZero();
    }

    @Test
    void anIdleModelIsNotKeptWaiting() {
        var tuner = tuner(64, Duration.ofMillis(5), Duration.ofMillis(20));
        simulate(tuner, 30, 0.05, 1, 0.1);
        assertThat(tuner.delayNanos()).isZero();
    }

    @Test
    void aBusyModelWaitsForCallsAsLongAsTheObjectiveAllows() {
        var tuner = tuner(64, Duration.ofMillis(5), Duration.ofMillis(20));
        // Runs of one call would take all of the time.
        simulate(tuner, 30, 0.9, 1, 0.02);
        long runP99 = MILLI + (long) (64 * 0.02 * MILLI);
        assertThat(tuner.delayNanos()).isBetween(50_000L, (20 * MILLI - 2 * runP99) / 2);
        simulate(tuner, 30, 0.05, 1, 0.02);
        assertThat(tuner.delayNanos()).as("idle again").isZero();
    }

    @Test
    void aModelThatIsTooSlowForItsObjectiveRunsCallsAlone() {
        var tuner = tuner(64, Duration.ofMillis(5), Duration.ofMillis(20));
        simulate(tuner, 60, 2, 15, 5);
        assertThat(tuner.size()).isEqualTo(1);
        assertThat(tuner.delayNanos()).isZero();
    }

    private BatchTuner tuner(int size, Duration delay, Duration p99) {
        return new BatchTuner(new Batching(size, delay, Optional.of(p99)), 1, now);
    }

    /** Runs for so many windows of 250 ms. */
    private void simulate(BatchTuner tuner, int windows, double callsPerMilli, double fixedMillis, double rowMillis) {
        long end = now + windows * 250 * MILLI;
        queued = 0;
        while (now < end) {
            if (queued < 1) {
                advance((1 - queued) / callsPerMilli, callsPerMilli);
            }
            advance(tuner.delayNanos() / (double) MILLI, callsPerMilli);
            int rows = (int) Math.min(tuner.size(), queued);
            double wait = queued / callsPerMilli;
            queued = Math.min(queued - rows, 100_000);
            double takes = fixedMillis + rows * rowMillis;
            advance(takes, callsPerMilli);
            for (int call = 0; call < rows; call++) {
                tuner.answered((long) ((takes + wait) * MILLI));
            }
            tuner.ran(rows, (long) (takes * MILLI), now);
            runs++;
            ran += rows;
        }
        assertThat(ran).isGreaterThanOrEqualTo(runs);
    }

    private void advance(double millis, double callsPerMilli) {
        now += (long) (millis * MILLI);
        queued += millis * callsPerMilli;
    }
}
