package io.millrace.features.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeastTimeTest {
    private static final long NINE = Instant.parse("2026-03-02T09:00:00Z").getEpochSecond() * 1_000_000;

    @Test
    void whatPythonWritesIsRead() {
        for (String text : List.of(
                "2026-03-02T09:00:00Z",
                "2026-03-02T09:00:00",
                "2026-03-02 09:00:00",
                "2026-03-02T09:00",
                "2026-03-02T10:00:00+01:00",
                "2026-03-02 10:00:00+01:00",
                "2026-03-02T10:00:00+0100",
                "2026-03-02T10:00:00+01",
                " 2026-03-02T09:00:00.000000 ")) {
            assertThat(FeastTime.micros(text)).as(text).contains(NINE);
        }
        assertThat(FeastTime.micros("2026-03-02")).contains(NINE - 9L * 3_600_000_000L);
        assertThat(FeastTime.micros("2026-03-02 09:00:00.123456")).contains(NINE + 123_456);
        assertThat(FeastTime.micros("2026-03-02T09:00:00.123456789Z")).contains(NINE + 123_456);
        assertThat(FeastTime.micros("1969-12-31T23:59:59.999999")).contains(-1L);
    }

    @Test
    void whatIsNoInstantIsNone() {
        for (String text :
                List.of("", "now", "NaT", "1772442000", "2026-13-02", "2026-03-02T25:00:00", "2026-03-02T09")) {
            assertThat(FeastTime.micros(text)).as(text).isEmpty();
        }
    }
}
