package io.millrace.local.flights;

import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import io.millrace.local.replay.Scenario;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/**
 * Flights as two streams: each one departs, which asks whether it will be late, and arrives, which tells. Records of both topics are keyed by
 * the flight, so that a flight's departure and arrival lie in partitions of the same number.
 */
public final class FlightScenario implements Scenario {
    public static final String DEPARTURES = "flights.departures.v1";
    public static final String ARRIVALS = "flights.arrivals.v1";

    private final List<Flight> byDeparture;
    private final int numbers;

    public FlightScenario(List<Flight> flights) {
        this.byDeparture = flights.stream()
                .sorted(Comparator.comparingLong(Flight::departureMicros).thenComparingInt(Flight::number))
                .toList();
        this.numbers = flights.stream().mapToInt(Flight::number).max().orElse(-1) + 1;
    }

    @Override
    public String question() {
        return "a flight arrives more than " + Flight.LATE_ABOVE + " minutes late";
    }

    @Override
    public int asks() {
        return byDeparture.size();
    }

    @Override
    public int numbers() {
        return numbers;
    }

    @Override
    public Iterator<Event> events() {
        return new Timeline(byDeparture.iterator());
    }

    static Event departure(Flight flight) {
        ZonedDateTime time = instant(flight.departureMicros()).atZone(ZoneOffset.UTC);
        Map<String, Object> fields = flight(flight);
        fields.put("departure_hour", time.getHour() + time.getMinute() / 60.0);
        fields.put("day_of_week", time.getDayOfWeek().getValue());
        return event(Role.ASK, flight.departureMicros(), flight, DEPARTURES, fields);
    }

    static Event arrival(Flight flight) {
        Map<String, Object> fields = flight(flight);
        fields.put("arrival_time", instant(flight.arrivalMicros()).toString());
        fields.put("delay", flight.delay());
        return event(Role.SETTLING, flight.arrivalMicros(), flight, ARRIVALS, fields);
    }

    private static Map<String, Object> flight(Flight flight) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put("flight_id", String.valueOf(flight.number()));
        fields.put("origin", flight.origin());
        fields.put("destination", flight.destination());
        fields.put("distance", flight.distance());
        fields.put("departure_time", instant(flight.departureMicros()).toString());
        return fields;
    }

    private static Event event(Role role, long micros, Flight flight, String topic, Map<String, Object> fields) {
        return new Event(role, micros, flight.number(), topic, String.valueOf(flight.number()), fields, flight.late());
    }

    private static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    /** Merges departures, which are sorted, with the arrivals that they bring about. */
    private static final class Timeline implements Iterator<Event> {
        private final Iterator<Flight> departures;
        private final PriorityQueue<Flight> inTheAir = new PriorityQueue<>(
                Comparator.comparingLong(Flight::arrivalMicros).thenComparingInt(Flight::number));
        private List<Flight> next;

        Timeline(Iterator<Flight> departures) {
            this.departures = departures;
            this.next = take();
        }

        @Override
        public boolean hasNext() {
            return !next.isEmpty() || !inTheAir.isEmpty();
        }

        @Override
        public Event next() {
            Flight landing = inTheAir.peek();
            if (landing != null
                    && (next.isEmpty()
                            || landing.arrivalMicros() <= next.getFirst().departureMicros())) {
                inTheAir.remove();
                return arrival(landing);
            }
            if (next.isEmpty()) {
                throw new NoSuchElementException();
            }
            Flight starting = next.getFirst();
            inTheAir.add(starting);
            next = take();
            return departure(starting);
        }

        private List<Flight> take() {
            return departures.hasNext() ? List.of(departures.next()) : List.of();
        }
    }
}
