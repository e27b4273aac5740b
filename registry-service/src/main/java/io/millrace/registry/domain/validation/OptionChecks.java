package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.TypeOptions;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** The checks that a column's {@code logicalTypeOptions} ask for. */
final class OptionChecks {
    /** A check of a value that is already of the column's type. */
    record OptionCheck(Tally tally, Predicate<Object> holds) {}

    private final String path;
    private final List<OptionCheck> checks = new ArrayList<>();

    private OptionChecks(String path) {
        this.path = path;
    }

    static List<OptionCheck> of(String path, Column column) {
        var checks = new OptionChecks(path);
        TypeOptions options = column.options();
        checks.bounds(options);
        options.multipleOf()
                .ifPresent(step -> checks.add(
                        Check.MULTIPLE_OF,
                        "must be a multiple of " + step.toPlainString(),
                        value -> Values.decimal((Number) value).remainder(step).signum() == 0));
        column.type().ifPresent(type -> checks.sizes(type, options));
        options.pattern()
                .ifPresent(pattern ->
                        checks.add(Check.PATTERN, "must match the pattern " + pattern.source(), value -> pattern.found()
                                .test((String) value)));
        column.type().ifPresent(type -> checks.format(type, options));
        if (options.uniqueItems()) {
            checks.add(Check.UNIQUE_ITEMS, "must not have an item twice", OptionChecks::itemsAreUnique);
        }
        if (!options.requiredProperties().isEmpty()) {
            checks.add(
                    Check.REQUIRED,
                    "must have the properties " + options.requiredProperties(),
                    value -> options.requiredProperties().stream()
                            .allMatch(name -> ((Map<?, ?>) value).get(name) != null));
        }
        return checks.checks;
    }

    private void bounds(TypeOptions options) {
        bound(Check.MINIMUM, "must be at least ", options.minimum(), sign -> sign >= 0);
        bound(Check.MAXIMUM, "must be at most ", options.maximum(), sign -> sign <= 0);
        bound(Check.EXCLUSIVE_MINIMUM, "must be more than ", options.exclusiveMinimum(), sign -> sign > 0);
        bound(Check.EXCLUSIVE_MAXIMUM, "must be less than ", options.exclusiveMaximum(), sign -> sign < 0);
    }

    private void bound(Check check, String words, Optional<Object> bound, IntPredicate sign) {
        bound.ifPresent(limit -> {
            String text = limit instanceof BigDecimal decimal ? decimal.toPlainString() : limit.toString();
            add(check, words + text, value -> sign.test(Values.compare(value, limit)));
        });
    }

    private void sizes(LogicalType type, TypeOptions options) {
        Check least =
                switch (type) {
                    case ARRAY -> Check.MIN_ITEMS;
                    case OBJECT -> Check.MIN_PROPERTIES;
                    default -> Check.MIN_LENGTH;
                };
        Check most =
                switch (type) {
                    case ARRAY -> Check.MAX_ITEMS;
                    case OBJECT -> Check.MAX_PROPERTIES;
                    default -> Check.MAX_LENGTH;
                };
        String unit =
                switch (type) {
                    case ARRAY -> " items";
                    case OBJECT -> " properties";
                    default -> " characters";
                };
        options.minSize()
                .ifPresent(size -> add(least, "must have at least " + size + unit, value -> size(value) >= size));
        options.maxSize()
                .ifPresent(size -> add(most, "must have at most " + size + unit, value -> size(value) <= size));
    }

    private void format(LogicalType type, TypeOptions options) {
        String format = options.format();
        if (format == null) {
            return;
        }
        String message = "must be of the format " + format;
        if (type == LogicalType.STRING) {
            Formats.ofString(format)
                    .ifPresent(known -> add(Check.FORMAT, message, value -> known.test((String) value)));
        } else if (type == LogicalType.INTEGER || type == LogicalType.NUMBER) {
            add(Check.FORMAT, message, value -> Formats.fits(format, (Number) value));
        }
    }

    private void add(Check check, String message, Predicate<Object> holds) {
        checks.add(new OptionCheck(new Tally(check, path, message), holds));
    }

    private static long size(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case List<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            default -> throw new IllegalStateException("a value without a size: " + value.getClass());
        };
    }

    private static boolean itemsAreUnique(Object value) {
        var seen = new HashSet<Object>();
        for (Object item : (List<?>) value) {
            if (!seen.add(Values.key(item))) {
                return false;
            }
        }
        return true;
    }
}
