package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.TypeOptions;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Decides whether a cell is of a logical type and brings it to the one form that comparisons use. */
public final class Casts {
    private static final int MAX_DIGITS = 400;

    private Casts() {}

    /**
     * Casts a cell that is not null.
     *
     * @return a String, Long, BigInteger, BigDecimal, Double, Boolean, LocalDate, Instant, LocalTime, List or Map; empty where the cell is not of the type
     */
    public static Optional<Object> cast(
            LogicalType type, TypeOptions options, Object cell, Dialect dialect, JsonText json) {
        boolean text = cell instanceof String;
        return switch (type) {
            case STRING -> text ? Optional.of(cell) : Optional.empty();
            case INTEGER -> number(cell, dialect).filter(Casts::isWhole);
            case NUMBER -> number(cell, dialect);
            case BOOLEAN -> truth(cell, dialect);
            case DATE, TIMESTAMP, TIME ->
                Times.cast(type, options, cell, dialect == Dialect.PARQUET).map(time -> (Object) time);
            case ARRAY -> nested(cell, dialect, json).filter(List.class::isInstance);
            case OBJECT -> nested(cell, dialect, json).filter(Map.class::isInstance);
        };
    }

    /** Casts the text of a bound of a date, timestamp or time column. */
    public static Optional<Object> time(LogicalType type, TypeOptions options, String text) {
        return Times.cast(type, options, text, false).map(time -> (Object) time);
    }

    /** Reads a decimal number; empty where it is none or has more than 400 digits or decimal places. */
    public static Optional<Object> parseNumber(String text) {
        int length = text.length();
        if (length == 0 || length > MAX_DIGITS || !startsLikeNumber(text)) {
            return Optional.empty();
        }
        try {
            if (length <= 18) {
                boolean whole = true;
                for (int i = 1; i < length && whole; i++) {
                    whole = text.charAt(i) >= '0' && text.charAt(i) <= '9';
                }
                if (whole) {
                    return Optional.of(Long.valueOf(text));
                }
            }
            var decimal = new BigDecimal(text);
            return Math.abs((long) decimal.scale()) > MAX_DIGITS ? Optional.empty() : Optional.of(decimal);
        } catch (NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    private static boolean startsLikeNumber(String text) {
        char first = text.charAt(0);
        return (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
    }

    private static Optional<Object> number(Object cell, Dialect dialect) {
        return switch (cell) {
            case Double d when !Double.isFinite(d) -> Optional.empty();
            case Number number -> Optional.of(number);
            case String text when dialect == Dialect.CSV -> parseNumber(text.strip());
            default -> Optional.empty();
        };
    }

    private static boolean isWhole(Object number) {
        return switch (number) {
            case Long _, BigInteger _ -> true;
            case Double d -> d == Math.rint(d);
            case BigDecimal decimal ->
                decimal.scale() <= 0 || decimal.stripTrailingZeros().scale() <= 0;
            default -> false;
        };
    }

    private static Optional<Object> truth(Object cell, Dialect dialect) {
        if (cell instanceof Boolean) {
            return Optional.of(cell);
        }
        if (dialect == Dialect.CSV && cell instanceof String text) {
            return switch (text) {
                case "true", "True", "TRUE" -> Optional.of(true);
                case "false", "False", "FALSE" -> Optional.of(false);
                default -> Optional.empty();
            };
        }
        return Optional.empty();
    }

    private static Optional<Object> nested(Object cell, Dialect dialect, JsonText json) {
        return dialect == Dialect.CSV && cell instanceof String text ? json.read(text) : Optional.of(cell);
    }
}
