package io.millrace.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LoadTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    @Test
    void aClosedLoopHasNoMoreCallsUnderWayThanCallersAndCountsEachOnce() {
        var calls = new AtomicInteger();
        var waiting = new ArrayList<Target.Done>();
        Target target = done -> {
            calls.incrementAndGet();
            synchronized (waiting) {
                assertThat(waiting).hasSizeLessThan(3);
                waiting.add(done);
            }
            Thread.startVirtualThread(() -> {
                synchronized (waiting) {
                    waiting.remove(done);
                }
                done.ended(null);
            });
        };

        Measured measured = ClosedLoop.run(target, 3, SHORT);

        assertThat(measured.answered()).isEqualTo(calls.get()).isGreaterThanOrEqualTo(3);
        assertThat(measured.withoutFailures().rate()).isPositive();
    }

    @Test
    void anOpenLoopCallsAtItsRateAndSeesAStallInTheLatencies() {
        var calls = new AtomicInteger();
        Measured measured = OpenLoop.run(
                done -> {
                    calls.incrementAndGet();
                    done.ended(null);
                },
                1_000,
                SHORT);

        assertThat(calls.get()).isEqualTo(50);
        assertThat(measured.answered()).isEqualTo(50);
    }

    @Test
    void failuresAreNeverARate() {
        Measured measured = ClosedLoop.run(done -> done.ended(new IllegalStateException("down")), 1, SHORT);

        assertThat(measured.failed()).isPositive();
        assertThatThrownBy(measured::withoutFailures).hasRootCauseMessage("down");
    }

    @Test
    void aFigureIsComparedRoundByRoundByItsMedian() {
        var figure = new Figure(
                "f", "calls/s", List.of(70.0, 20.0, 90.0), List.of(100.0, 100.0, 100.0), Figure.Goal.atLeast(0.7));

        assertThat(figure.ratio()).isEqualTo(0.7);
        assertThat(figure.isMet()).isTrue();
        assertThat(Table.of(List.of(figure))).contains("20.0 / 70.0 / 90.0").contains("≥ 0.70 met");
        assertThat(Table.of(List.of(Figure.alone("g", "us", List.of(1.0))))).contains("1.00 / 1.00 / 1.00");
    }
}
