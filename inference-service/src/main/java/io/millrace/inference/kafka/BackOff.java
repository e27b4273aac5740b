package io.millrace.inference.kafka;

import java.time.Duration;

/** Waits that double from the least to the longest until something succeeds. Used by one thread. */
final class BackOff {
    private final Duration least;
    private final Duration longest;
    private Duration next;

    BackOff(Duration least, Duration longest) {
        this.least = least;
        this.longest = longest;
        this.next = least;
    }

    Duration next() {
        Duration wait = next;
        Duration doubled = wait.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return wait;
    }

    void reset() {
        next = least;
    }
}
