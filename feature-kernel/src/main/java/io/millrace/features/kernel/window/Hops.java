package io.millrace.features.kernel.window;

import java.time.Duration;
import java.util.Optional;

/**
 * The step by which a window's tail moves: a read at T of a window w with hop h covers the events with floor(T − w, h) &lt; time ≤ T. The defaults
 * above an hour are Chronon's.
 */
public final class Hops {
    /** The shortest window. */
    public static final Duration SHORTEST_WINDOW = Duration.ofMinutes(1);

    /** The longest window. */
    public static final Duration LONGEST_WINDOW = Duration.ofDays(90);

    /** A window has at least so many hops. */
    public static final int FEWEST_IN_A_WINDOW = 12;

    private static final Duration SECOND = Duration.ofSeconds(1);

    private Hops() {}

    /** 1 day for windows from 12 days, 1 hour from 12 hours, 5 minutes from 1 hour, else 5 seconds. */
    public static Duration defaultFor(Duration window) {
        if (window.compareTo(Duration.ofDays(12)) >= 0) {
            return Duration.ofDays(1);
        }
        if (window.compareTo(Duration.ofHours(12)) >= 0) {
            return Duration.ofHours(1);
        }
        return window.compareTo(Duration.ofHours(1)) >= 0 ? Duration.ofMinutes(5) : Duration.ofSeconds(5);
    }

    /** What is wrong with a window; empty where it is right. */
    public static Optional<String> faultOfWindow(Duration window) {
        if (window.compareTo(SHORTEST_WINDOW) < 0 || window.compareTo(LONGEST_WINDOW) > 0) {
            return Optional.of("must be from 1 minute to 90 days");
        }
        return isWholeSeconds(window) ? Optional.empty() : Optional.of("must be whole seconds");
    }

    /** What is wrong with a hop that a definition gives for a right window; empty where it is right. */
    public static Optional<String> faultOfHop(Duration hop, Duration window) {
        if (hop.compareTo(SECOND) < 0 || !isWholeSeconds(hop)) {
            return Optional.of("must be whole seconds, at least one");
        }
        if (hop.multipliedBy(FEWEST_IN_A_WINDOW).compareTo(window) > 0) {
            return Optional.of("must be at most a twelfth of the window");
        }
        return window.toSeconds() % hop.toSeconds() == 0 ? Optional.empty() : Optional.of("must divide the window");
    }

    private static boolean isWholeSeconds(Duration duration) {
        return duration.getNano() == 0;
    }
}
