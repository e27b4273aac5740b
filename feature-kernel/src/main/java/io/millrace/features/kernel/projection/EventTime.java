package io.millrace.features.kernel.projection;

import io.millrace.features.kernel.FeatureView.TimeUnitOfField;
import io.millrace.features.kernel.projection.Projection.UndecodableReason;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads instants into microseconds since the epoch, exactly; what is finer than a microsecond is rounded down. From year 1 to year 9999, as RFC 3339
 * and protobuf's Timestamp have it.
 */
public final class EventTime {
    /** 0001-01-01T00:00:00Z. */
    public static final long MIN_MICROS = -62_135_596_800_000_000L;

    /** 9999-12-31T23:59:59.999999Z. */
    public static final long MAX_MICROS = 253_402_300_799_999_999L;

    private static final Pattern RFC3339 = Pattern.compile(
            "(\\d{4})-(\\d{2})-(\\d{2})[Tt ](\\d{2}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,18}))?(?:([Zz])|([+-])(\\d{2}):(\\d{2}))");

    private EventTime() {}

    /** An RFC 3339 date-time; a leap second is the first instant of the next minute. */
    static long ofText(String text, String field) {
        Matcher parts = RFC3339.matcher(text);
        if (!parts.matches()) {
            throw new UndecodableFieldException(
                    UndecodableReason.WRONG_TYPE,
                    "'" + field + "' must be an RFC 3339 instant such as 2001-03-02T10:15:00.5Z");
        }
        int hour = number(parts, 4);
        int minute = number(parts, 5);
        int second = number(parts, 6);
        int offsetHour = parts.group(10) == null ? 0 : number(parts, 10);
        int offsetMinute = parts.group(11) == null ? 0 : number(parts, 11);
        boolean leap = second == 60 && minute == 59;
        if (hour > 23 || minute > 59 || (second > 59 && !leap) || offsetHour > 23 || offsetMinute > 59) {
            throw outOfRange(field);
        }
        long day;
        try {
            day = LocalDate.of(number(parts, 1), number(parts, 2), number(parts, 3))
                    .toEpochDay();
        } catch (DateTimeException noSuchDay) {
            throw outOfRange(field);
        }
        long offset = (offsetHour * 60L + offsetMinute) * 60L * ("-".equals(parts.group(9)) ? -1 : 1);
        long seconds = day * 86_400L + hour * 3_600L + minute * 60L + second - offset;
        return inRange(seconds * 1_000_000L + micros(parts.group(7)), field);
    }

    /** A number of seconds, milliseconds or microseconds since the epoch; it may have a fraction. */
    static long ofNumber(BigDecimal number, TimeUnitOfField unit, String field) {
        int digits =
                switch (unit) {
                    case S -> 6;
                    case MS -> 3;
                    case US -> 0;
                    case RFC3339 -> throw notText(field);
                };
        BigDecimal micros = number.scaleByPowerOfTen(digits);
        if (micros.precision() - (long) micros.scale() > 19) {
            throw outOfRange(field);
        }
        BigDecimal whole = micros.signum() == 0 ? BigDecimal.ZERO : floor(micros);
        if (whole.compareTo(BigDecimal.valueOf(MIN_MICROS)) < 0
                || whole.compareTo(BigDecimal.valueOf(MAX_MICROS)) > 0) {
            throw outOfRange(field);
        }
        return whole.longValueExact();
    }

    /** The number of whole units, exactly. */
    static long ofNumber(long number, TimeUnitOfField unit, String field) {
        long micros =
                switch (unit) {
                    case S -> 1_000_000;
                    case MS -> 1_000;
                    case US -> 1;
                    case RFC3339 -> throw notText(field);
                };
        if (number < MIN_MICROS / micros || number > MAX_MICROS / micros) {
            throw outOfRange(field);
        }
        return number * micros;
    }

    private static UndecodableFieldException notText(String field) {
        return new UndecodableFieldException(
                UndecodableReason.WRONG_TYPE, "'" + field + "' must be an RFC 3339 text, was a number");
    }

    static long inRange(long micros, String field) {
        if (micros < MIN_MICROS || micros > MAX_MICROS) {
            throw outOfRange(field);
        }
        return micros;
    }

    /** Rounded down without building the digits of a number such as 1e-99999999. */
    private static BigDecimal floor(BigDecimal value) {
        if (value.precision() - (long) value.scale() < 0) {
            return value.signum() < 0 ? BigDecimal.ONE.negate() : BigDecimal.ZERO;
        }
        return value.setScale(0, RoundingMode.FLOOR);
    }

    private static long micros(String fraction) {
        if (fraction == null) {
            return 0;
        }
        long micros = 0;
        for (int i = 0; i < 6; i++) {
            micros = micros * 10 + (i < fraction.length() ? fraction.charAt(i) - '0' : 0);
        }
        return micros;
    }

    private static int number(Matcher parts, int group) {
        return Integer.parseInt(parts.group(group));
    }

    private static UndecodableFieldException outOfRange(String field) {
        return new UndecodableFieldException(
                UndecodableReason.OUT_OF_RANGE, "'" + field + "' is no instant between the years 1 and 9999");
    }
}
