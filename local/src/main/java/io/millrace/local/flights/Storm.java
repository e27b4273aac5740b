package io.millrace.local.flights;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A drift that is put into real flights, for the demo to find: from a share of the departures on, all flights from the busiest airports arrive later than they did.
 *
 * @param origins the airports, by code
 * @param fromMicros departure of the first flight that it can touch, microseconds since the epoch
 */
public record Storm(Set<String> origins, long fromMicros) {
    /** By how many minutes later a touched flight arrives. */
    public static final int MINUTES = 45;

    private static final int AIRPORTS = 8;

    public Storm {
        origins = Set.copyOf(origins);
    }

    /**
     * A storm over the busiest airports.
     *
     * @param flights at least one
     * @param after the share of the flights, by departure, that goes before it, 0 to below 1
     */
    public static Storm over(List<Flight> flights, double after) {
        List<Flight> byDeparture = flights.stream()
                .sorted(Comparator.comparingLong(Flight::departureMicros).thenComparingInt(Flight::number))
                .toList();
        Map<String, Long> departures =
                flights.stream().collect(Collectors.groupingBy(Flight::origin, Collectors.counting()));
        Set<String> busiest = departures.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(AIRPORTS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
        return new Storm(
                busiest, byDeparture.get((int) (byDeparture.size() * after)).departureMicros());
    }

    /** The flights as they are with it, in the same order. */
    public List<Flight> on(List<Flight> flights) {
        Function<Flight, Flight> delayed = flight -> new Flight(
                flight.number(),
                flight.origin(),
                flight.destination(),
                flight.distance(),
                flight.departureMicros(),
                flight.delay() + MINUTES);
        return flights.stream()
                .map(flight -> touches(flight) ? delayed.apply(flight) : flight)
                .toList();
    }

    /** What it is, for people. */
    public String text() {
        return "from %s on, flights from %s arrive %d minutes later"
                .formatted(
                        Instant.EPOCH.plus(fromMicros, ChronoUnit.MICROS),
                        origins.stream().sorted().collect(Collectors.joining(", ")),
                        MINUTES);
    }

    private boolean touches(Flight flight) {
        return flight.departureMicros() >= fromMicros && origins.contains(flight.origin());
    }
}
