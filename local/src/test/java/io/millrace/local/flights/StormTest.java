package io.millrace.local.flights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StormTest {
    private static final long HOUR = 3_600_000_000L;

    /** Ten airports, one flight an hour each; the last airport has fewest. */
    private static List<Flight> flights() {
        var flights = new ArrayList<Flight>();
        for (int hour = 0; hour < 100; hour++) {
            for (int airport = 0; airport < 10; airport++) {
                if (airport < 8 || hour % 2 == 0) {
                    flights.add(new Flight(flights.size(), "A" + airport, "B", 100, hour * HOUR, 0));
                }
            }
        }
        return flights;
    }

    @Test
    void flightsFromTheBusiestAirportsAreLaterFromItsBeginningOn() {
        List<Flight> flights = flights();
        Storm storm = Storm.over(flights, 0.8);
        List<Flight> after = storm.on(flights);

        assertThat(storm.fromMicros()).isEqualTo(80 * HOUR);
        assertThat(after).hasSameSizeAs(flights);
        for (int i = 0; i < flights.size(); i++) {
            Flight before = flights.get(i);
            boolean touched = before.departureMicros() >= 80 * HOUR
                    && !before.origin().equals("A8")
                    && !before.origin().equals("A9");
            assertThat(after.get(i).delay()).isEqualTo(touched ? Storm.MINUTES : 0);
            assertThat(after.get(i).departureMicros()).isEqualTo(before.departureMicros());
        }
    }
}
