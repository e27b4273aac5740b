package io.millrace.local.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DurationsTest {
    @Test
    void percentilesAreNearestRanks() {
        var durations = new Durations();
        for (int millis = 100; millis >= 1; millis--) {
            durations.addMillis(millis);
        }
        assertThat(durations.percentileNanos(0.5)).isEqualTo(50_000_000);
        assertThat(durations.percentileNanos(0.99)).isEqualTo(99_000_000);
        assertThat(durations.percentileNanos(1)).isEqualTo(100_000_000);
        assertThat(durations).hasToString("p50 50.0 ms, p99 99.0 ms");
    }

    @Test
    void nothingMeasuredSaysSo() {
        assertThat(new Durations()).hasToString("none measured");
    }
}
