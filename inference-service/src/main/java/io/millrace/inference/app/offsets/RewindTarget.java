package io.millrace.inference.app.offsets;

import io.millrace.gate.Refusal;
import io.millrace.inference.app.InferenceReason;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;

/** Where a pipeline is moved to. */
public sealed interface RewindTarget {
    /** The first record that is still there. */
    record Earliest() implements RewindTarget {}

    /** Behind the last record. */
    record Latest() implements RewindTarget {}

    /** The first record that Kafka has a timestamp of {@code time} or later for. */
    record At(Instant time) implements RewindTarget {}

    /** These offsets by partition; other partitions stay where they are. */
    record Offsets(Map<Integer, Long> byPartition) implements RewindTarget {
        public Offsets {
            byPartition = Map.copyOf(byPartition);
        }
    }

    /**
     * Reads {@code earliest}, {@code latest}, an RFC 3339 instant, or offsets as {@code partition=offset}, separated by commas.
     *
     * @throws Refusal INVALID_REQUEST
     */
    static RewindTarget parse(String text) {
        return switch (text.strip()) {
            case "earliest" -> new Earliest();
            case "latest" -> new Latest();
            case String given when given.indexOf('=') > 0 -> offsets(given);
            case String given -> {
                try {
                    yield new At(OffsetDateTime.parse(given).toInstant());
                } catch (DateTimeException e) {
                    throw malformed(text, e);
                }
            }
        };
    }

    private static RewindTarget offsets(String text) {
        var offsets = new TreeMap<Integer, Long>();
        for (String part : text.split(",", -1)) {
            String[] sides = part.strip().split("=", -1);
            try {
                if (sides.length != 2
                        || offsets.put(Integer.valueOf(sides[0]), Long.valueOf(sides[1])) != null
                        || Integer.parseInt(sides[0]) < 0
                        || Long.parseLong(sides[1]) < 0) {
                    throw malformed(text, null);
                }
            } catch (NumberFormatException e) {
                throw malformed(text, e);
            }
        }
        return new Offsets(offsets);
    }

    private static Refusal malformed(String text, @org.jspecify.annotations.Nullable Exception cause) {
        return new Refusal(
                InferenceReason.INVALID_REQUEST,
                "'" + (text.length() > 200 ? text.substring(0, 200) : text)
                        + "' is no place: earliest, latest, an instant like 2026-03-01T00:00:00Z, or offsets like 0=123,1=456",
                cause);
    }
}
