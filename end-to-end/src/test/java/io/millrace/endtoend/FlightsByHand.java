package io.millrace.endtoend;

import io.millrace.local.flights.Flight;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;

/**
 * The features of the flights example, computed from the raw rows by plain loops over all of them: no tile, no state, no store and no code
 * of feature-service. Delays are whole minutes, so that their sums are exact in a double whatever their order.
 */
final class FlightsByHand {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final Duration TTL = Duration.ofDays(28);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

    private final List<Flight> flights;
    private final Comparator<Flight> arrivalOrder;

    /**
     * @param flights every flight that was sent as departure and, in time, as arrival
     * @param position where a flight's arrival stands in its topic: decides between arrivals of the same instant
     */
    FlightsByHand(List<Flight> flights, ToLongFunction<Flight> position) {
        this.flights = List.copyOf(flights);
        this.arrivalOrder = Comparator.comparingLong(Flight::arrivalMicros).thenComparingLong(position);
    }

    /**
     * The features that the pipeline {@code flight-delay} names, as of just before a flight departs.
     *
     * @return by feature reference; what is missing, expired or null is not in the map
     */
    Map<String, Double> features(Flight flight) {
        long at = flight.departureMicros() - 1;
        var features = new LinkedHashMap<String, Double>();
        Predicate<Flight> fromHere = other -> other.origin().equals(flight.origin());
        Predicate<Flight> toThere = other -> other.destination().equals(flight.destination());
        Predicate<Flight> sameRoute = fromHere.and(toThere);

        newestArrival(at, fromHere).ifPresent(newest -> {
            features.put("origin_delays:last_delay", (double) newest.delay());
            features.put("origin_delays:arrivals_24h", (double) arrivals(at, DAY, HOUR, fromHere));
            put(features, "origin_delays:delay_mean_24h", meanDelay(at, DAY, HOUR, fromHere));
            put(features, "origin_delays:late_rate_24h", lateRate(at, DAY, HOUR, fromHere));
            put(features, "origin_delays:late_rate_14d", lateRate(at, Duration.ofDays(14), DAY, fromHere));
        });
        newestArrival(at, toThere).ifPresent(newest -> {
            features.put("destination_delays:last_delay", (double) newest.delay());
            put(features, "destination_delays:delay_mean_24h", meanDelay(at, DAY, HOUR, toThere));
            put(features, "destination_delays:late_rate_24h", lateRate(at, DAY, HOUR, toThere));
            put(features, "destination_delays:late_rate_14d", lateRate(at, Duration.ofDays(14), DAY, toThere));
        });
        newestArrival(at, sameRoute).ifPresent(newest -> {
            features.put("route_delays:arrivals_28d", (double) arrivals(at, Duration.ofDays(28), DAY, sameRoute));
            put(features, "route_delays:delay_mean_28d", meanDelay(at, Duration.ofDays(28), DAY, sameRoute));
            put(features, "route_delays:late_rate_28d", lateRate(at, Duration.ofDays(28), DAY, sameRoute));
        });
        if (flights.stream().filter(fromHere).anyMatch(other -> fresh(other.departureMicros(), at))) {
            features.put("origin_traffic:departures_1h", (double) departures(at, HOUR, FIVE_MINUTES, fromHere));
            features.put("origin_traffic:departures_24h", (double) departures(at, DAY, HOUR, fromHere));
        }
        return features;
    }

    private static boolean fresh(long eventMicros, long atMicros) {
        return eventMicros <= atMicros && atMicros - eventMicros <= TTL.toSeconds() * MICROS_PER_SECOND;
    }

    private Optional<Flight> newestArrival(long atMicros, Predicate<Flight> about) {
        return flights.stream()
                .filter(about)
                .filter(flight -> flight.arrivalMicros() <= atMicros)
                .max(arrivalOrder)
                .filter(newest -> fresh(newest.arrivalMicros(), atMicros));
    }

    private OptionalDouble meanDelay(long atMicros, Duration length, Duration hop, Predicate<Flight> about) {
        var window = Window.of(atMicros, length, hop);
        return flights.stream()
                .filter(about)
                .filter(flight -> window.holds(flight.arrivalMicros()))
                .mapToInt(Flight::delay)
                .average();
    }

    private OptionalDouble lateRate(long atMicros, Duration length, Duration hop, Predicate<Flight> about) {
        var window = Window.of(atMicros, length, hop);
        return flights.stream()
                .filter(about)
                .filter(flight -> window.holds(flight.arrivalMicros()))
                .mapToInt(flight -> flight.late() ? 1 : 0)
                .average();
    }

    private long arrivals(long atMicros, Duration length, Duration hop, Predicate<Flight> about) {
        var window = Window.of(atMicros, length, hop);
        return flights.stream()
                .filter(about)
                .filter(flight -> window.holds(flight.arrivalMicros()))
                .count();
    }

    private long departures(long atMicros, Duration length, Duration hop, Predicate<Flight> about) {
        var window = Window.of(atMicros, length, hop);
        return flights.stream()
                .filter(about)
                .filter(flight -> window.holds(flight.departureMicros()))
                .count();
    }

    private static void put(Map<String, Double> features, String name, OptionalDouble value) {
        value.ifPresent(present -> features.put(name, present));
    }

    /** Events with tail &lt; time ≤ head, where the tail lies on a boundary of the hop. */
    private record Window(long tailMicros, long headMicros) {
        static Window of(long atMicros, Duration length, Duration hop) {
            long hopMicros = hop.toSeconds() * MICROS_PER_SECOND;
            long tail = Math.floorDiv(atMicros - length.toSeconds() * MICROS_PER_SECOND, hopMicros) * hopMicros;
            return new Window(tail, atMicros);
        }

        boolean holds(long micros) {
            return tailMicros < micros && micros <= headMicros;
        }
    }
}
