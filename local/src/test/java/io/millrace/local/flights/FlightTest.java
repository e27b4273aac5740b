package io.millrace.local.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class FlightTest {
    private static final Instant DEPARTURE = Instant.parse("2001-01-01T00:47:00Z");

    @Test
    void arrivalIsThirtyMinutesPlusTheDistanceAtSevenAndAHalfMilesAMinutePlusTheDelayAfterDeparture() {
        assertThat(flight(750, 10).arrivalMicros())
                .isEqualTo(micros(DEPARTURE.plus(Duration.ofMinutes(30 + 100 + 10))));
    }

    @Test
    void oneMileTakesEightSecondsSoThatNothingIsRounded() {
        assertThat(flight(1, 0).arrivalMicros()).isEqualTo(micros(DEPARTURE.plusSeconds(30 * 60 + 8)));
    }

    @Test
    void noFlightArrivesWithinTwentyMinutesOfItsDeparture() {
        assertThat(flight(75, -120).arrivalMicros()).isEqualTo(micros(DEPARTURE.plus(Duration.ofMinutes(20))));
    }

    @Test
    void fifteenMinutesAreNotLateYetSixteenAre() {
        assertThat(flight(100, 15).late()).isFalse();
        assertThat(flight(100, 16).late()).isTrue();
    }

    private static Flight flight(int distance, int delay) {
        return new Flight(0, "ORD", "LAX", distance, micros(DEPARTURE), delay);
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
