package io.millrace.features.domain;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Instants as Python's clients write them: RFC 3339, or without an offset, which means UTC; a space in place of the T; a day alone, which means
 * its midnight.
 */
public final class FeastTime {
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern SHORT_OFFSET = Pattern.compile("(.*[+-]\\d{2})(\\d{2})?");

    private FeastTime() {}

    /** Microseconds since the epoch; empty where the text is no instant. What is finer than a microsecond is cut off. */
    public static Optional<Long> micros(String text) {
        String stripped = text.strip();
        try {
            if (DAY.matcher(stripped).matches()) {
                return Optional.of(Coercion.micros(
                        LocalDate.parse(stripped).atStartOfDay(ZoneOffset.UTC).toInstant()));
            }
            String iso = stripped.length() > 10 && stripped.charAt(10) == ' '
                    ? stripped.substring(0, 10) + 'T' + stripped.substring(11)
                    : stripped;
            Optional<Long> zoned = Coercion.micros(withMinutes(iso));
            return zoned.isPresent()
                    ? zoned
                    : Optional.of(Coercion.micros(LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC)));
        } catch (DateTimeException | ArithmeticException noInstant) {
            return Optional.empty();
        }
    }

    /** {@code +00} and {@code +0000} as {@code +00:00}. */
    private static String withMinutes(String iso) {
        if (iso.length() <= 16) {
            return iso;
        }
        var offset = SHORT_OFFSET.matcher(iso);
        if (!offset.matches() || iso.charAt(iso.length() - 3) == ':') {
            return iso;
        }
        String minutes = offset.group(2);
        return offset.group(1) + ':' + (minutes == null ? "00" : minutes);
    }
}
