package io.millrace.local.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.Generate.oneOf;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

class FlightScenarioProperties {
    private static final long MINUTE = 60_000_000L;

    @Test
    void everyFlightDepartsOnceAndArrivesOnceLaterInTheOrderOfTimes() {
        qt().forAll(lists().of(minutes()).ofSizeBetween(1, 60)).checkAssert(minutes -> {
            List<Event> events = events(minutes);
            assertThat(events).hasSize(minutes.size() * 2);
            assertThat(events).extracting(Event::micros).isSorted();
            for (int number = 0; number < minutes.size(); number++) {
                int flight = number;
                List<Role> roles = events.stream()
                        .filter(event -> event.number() == flight)
                        .map(Event::role)
                        .toList();
                assertThat(roles).containsExactly(Role.ASK, Role.SETTLING);
            }
        });
    }

    @Test
    void whatArrivesAtAnInstantIsBeforeWhatDepartsAtIt() {
        qt().forAll(lists().of(minutes()).ofSizeBetween(1, 60)).checkAssert(minutes -> {
            Event last = null;
            for (Event event : events(minutes)) {
                if (last != null && last.micros() == event.micros() && last.role() == Role.ASK) {
                    assertThat(event.role()).isEqualTo(Role.ASK);
                }
                last = event;
            }
        });
    }

    @Test
    void theSameEventsComeEachTime() {
        var scenario = new FlightScenario(flights(List.of(3, 1, 2)));
        var first = new ArrayList<Event>();
        var second = new ArrayList<Event>();
        scenario.events().forEachRemaining(first::add);
        scenario.events().forEachRemaining(second::add);
        assertThat(second).isEqualTo(first);
    }

    @Test
    void departuresCarryWhatTheModelTakesAndNothingOfTheOutcome() {
        Event departure =
                FlightScenario.departure(new Flight(7, "ORD", "LAX", 1745, 5 * 1440 * MINUTE + 90 * MINUTE, 99));
        assertThat(departure.fields())
                .containsEntry("flight_id", "7")
                .containsEntry("origin", "ORD")
                .containsEntry("destination", "LAX")
                .containsEntry("distance", 1745)
                .containsEntry("departure_time", "1970-01-06T01:30:00Z")
                .containsEntry("departure_hour", 1.5)
                .containsEntry("day_of_week", 2)
                .doesNotContainKey("delay");
        assertThat(departure.key()).isEqualTo("7");
    }

    @Test
    void arrivalsTellTheDelay() {
        Event arrival = FlightScenario.arrival(new Flight(7, "ORD", "LAX", 75, 0, 20));
        assertThat(arrival.fields()).containsEntry("delay", 20).containsEntry("arrival_time", "1970-01-01T01:00:00Z");
        assertThat(arrival.outcome()).isTrue();
    }

    /** Few distinct instants, a minute or twenty apart, so that departures and arrivals meet. */
    private static Gen<Integer> minutes() {
        return oneOf(integers().between(0, 6), integers().between(0, 6).map(i -> i * 20));
    }

    private static List<Event> events(List<Integer> minutes) {
        var events = new ArrayList<Event>();
        new FlightScenario(flights(minutes)).events().forEachRemaining(events::add);
        return events;
    }

    private static List<Flight> flights(List<Integer> minutes) {
        var flights = new ArrayList<Flight>();
        for (int number = 0; number < minutes.size(); number++) {
            flights.add(new Flight(number, "AAA", "BBB", 0, minutes.get(number) * MINUTE, -30 + number % 3 * 20));
        }
        return flights;
    }
}
