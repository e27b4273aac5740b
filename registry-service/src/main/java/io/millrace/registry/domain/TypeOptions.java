package io.millrace.registry.domain;

import java.math.BigDecimal;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The {@code logicalTypeOptions} of a column; which of them may be set follows from its type.
 *
 * @param minimum Long or BigDecimal for numbers; LocalDate, Instant or LocalTime for dates, timestamps and times. Inclusive.
 * @param maximum like minimum
 * @param exclusiveMinimum like minimum, not inclusive
 * @param exclusiveMaximum like minimum, not inclusive
 * @param minSize least length in code points of a string, items of an array, properties of an object
 * @param format of a string (email, uuid, …), a number (i32, f64, …), or a pattern of java.time's DateTimeFormatter
 * @param timezone whether a timestamp must (true) or must not (false) carry its offset
 * @param defaultZone the zone of timestamps that carry none
 * @param requiredProperties of an object
 */
public record TypeOptions(
        Optional<Object> minimum,
        Optional<Object> maximum,
        Optional<Object> exclusiveMinimum,
        Optional<Object> exclusiveMaximum,
        Optional<BigDecimal> multipleOf,
        Optional<Long> minSize,
        Optional<Long> maxSize,
        Optional<TextPattern> pattern,
        @Nullable String format,
        boolean uniqueItems,
        Optional<Boolean> timezone,
        ZoneId defaultZone,
        Set<String> requiredProperties) {
    public static final TypeOptions NONE = ofTime(null, ZoneOffset.UTC);

    /** Options of a date, timestamp or time that has a format and a default zone only. */
    public static TypeOptions ofTime(@Nullable String format, ZoneId defaultZone) {
        return new TypeOptions(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                format,
                false,
                Optional.empty(),
                defaultZone,
                Set.of());
    }
}
