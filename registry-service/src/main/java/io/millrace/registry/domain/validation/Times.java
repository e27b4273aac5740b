package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.TypeOptions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Dates, timestamps and times: ISO 8601 text, or text of the column's {@code format}, or values that a typed file has. */
final class Times {
    /** RFC 3339 and ISO 8601: {@code T} or a space between date and time, offset optional. */
    private static final DateTimeFormatter TIMESTAMP = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendPattern("['T'][' ']")
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffset("+HH:mm", "Z")
            .optionalEnd()
            .optionalStart()
            .appendOffset("+HHmm", "Z")
            .optionalEnd()
            .toFormatter(Locale.ROOT);

    private static final int MAX_FORMATS = 1_000;
    private static final Map<String, DateTimeFormatter> FORMATS = new ConcurrentHashMap<>();

    private Times() {}

    /**
     * @param typed whether the file has types of its own for these, so that text is none of them
     */
    static Optional<Comparable<?>> cast(LogicalType type, TypeOptions options, Object cell, boolean typed) {
        if (cell instanceof String text) {
            return typed ? Optional.empty() : parse(type, options, text);
        }
        return switch (type) {
            case DATE -> cell instanceof LocalDate date ? Optional.of(date) : Optional.empty();
            case TIME -> cell instanceof LocalTime time ? Optional.of(time) : Optional.empty();
            default -> timestamp(options, cell);
        };
    }

    /**
     * @throws IllegalArgumentException where the pattern is none
     */
    static DateTimeFormatter format(String pattern) {
        DateTimeFormatter known = FORMATS.get(pattern);
        if (known != null) {
            return known;
        }
        DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
        if (FORMATS.size() < MAX_FORMATS) {
            FORMATS.put(pattern, formatter);
        }
        return formatter;
    }

    private static Optional<Comparable<?>> timestamp(TypeOptions options, Object cell) {
        boolean zoned = options.timezone().orElse(false);
        boolean local = options.timezone().map(wanted -> !wanted).orElse(false);
        return switch (cell) {
            case Instant instant when !local -> Optional.of(instant);
            case LocalDateTime time
            when !zoned -> Optional.of(time.atZone(options.defaultZone()).toInstant());
            default -> Optional.empty();
        };
    }

    private static Optional<Comparable<?>> parse(LogicalType type, TypeOptions options, String text) {
        @Nullable String pattern = options.format();
        try {
            return switch (type) {
                case DATE -> {
                    DateTimeFormatter formatter = pattern == null ? DateTimeFormatter.ISO_LOCAL_DATE : format(pattern);
                    yield Optional.of(LocalDate.from(formatter.parse(text)));
                }
                case TIME -> {
                    DateTimeFormatter formatter = pattern == null ? DateTimeFormatter.ISO_LOCAL_TIME : format(pattern);
                    yield Optional.of(LocalTime.from(formatter.parse(text)));
                }
                default -> parseTimestamp(pattern == null ? TIMESTAMP : format(pattern), options, text);
            };
        } catch (DateTimeException notOfThatForm) {
            return Optional.empty();
        }
    }

    private static Optional<Comparable<?>> parseTimestamp(
            DateTimeFormatter formatter, TypeOptions options, String text) {
        TemporalAccessor parsed = formatter.parse(text);
        boolean zoned = parsed.query(TemporalQueries.zone()) != null;
        if (options.timezone().isPresent() && options.timezone().get() != zoned) {
            return Optional.empty();
        }
        if (zoned) {
            return Optional.of(Instant.from(parsed));
        }
        LocalDate date = LocalDate.from(parsed);
        LocalTime time = parsed.isSupported(ChronoField.NANO_OF_DAY) ? LocalTime.from(parsed) : LocalTime.MIDNIGHT;
        return Optional.of(date.atTime(time).atZone(options.defaultZone()).toInstant());
    }
}
