package io.millrace.gate;

import io.quarkus.runtime.configuration.MemorySize;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects the settings of a service that are out of their bounds, so that it refuses to start with all of them at once. All bounds are inclusive. Not thread-safe. */
public final class ConfigBounds {
    private final String prefix;
    private final List<String> faults = new ArrayList<>();

    /**
     * @param prefix under which the keys stand, such as {@code millrace.edge}
     */
    public ConfigBounds(String prefix) {
        this.prefix = prefix;
    }

    public void time(String key, Duration value, Duration least, Duration most) {
        require(key, value.compareTo(least) >= 0 && value.compareTo(most) <= 0, least + " to " + most, value);
    }

    /** The same with bounds as ISO 8601 writes them, such as {@code PT1S}. */
    public void time(String key, Duration value, String least, String most) {
        time(key, value, Duration.parse(least), Duration.parse(most));
    }

    public void positive(String key, Duration value) {
        require(key, value.isPositive(), "positive", value);
    }

    /** Bounds in bytes. */
    public void size(String key, MemorySize value, long least, long most) {
        BigInteger bytes = value.asBigInteger();
        require(
                key,
                bytes.compareTo(BigInteger.valueOf(least)) >= 0 && bytes.compareTo(BigInteger.valueOf(most)) <= 0,
                least + " to " + most + " bytes",
                bytes);
    }

    public void number(String key, long value, long least, long most) {
        require(key, value >= least && value <= most, least + " to " + most, value);
    }

    /** NaN is out of all bounds. */
    public void share(String key, double value, double least, double most) {
        require(key, value >= least && value <= most, least + " to " + most, value);
    }

    /** Any other rule. */
    public void require(String key, boolean fine, String expectation, Object was) {
        if (!fine) {
            faults.add(prefix + "." + key + " must be " + expectation + ", was " + was);
        }
    }

    /**
     * @throws IllegalArgumentException with every setting that is out of its bounds, where there is one
     */
    public void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }
}
