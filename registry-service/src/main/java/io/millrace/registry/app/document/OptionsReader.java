package io.millrace.registry.app.document;

import io.millrace.registry.domain.LogicalType;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.TextPattern;
import io.millrace.registry.domain.TypeOptions;
import io.millrace.registry.domain.validation.Casts;
import io.millrace.registry.domain.validation.Values;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads {@code logicalTypeOptions} and checks what a shape cannot: bounds are of the type and in order, patterns and formats mean something. */
final class OptionsReader {
    private final DocumentFaults faults;
    private final At at;
    private final LogicalType type;
    private final List<QualityRule> rules;

    /**
     * @param rules where a rule goes that says what cannot be checked
     */
    OptionsReader(DocumentFaults faults, At at, LogicalType type, List<QualityRule> rules) {
        this.faults = faults;
        this.at = at;
        this.type = type;
        this.rules = rules;
    }

    TypeOptions read() {
        Optional<String> format = at.text("format").filter(this::isFormat);
        ZoneId zone = at.text("defaultTimezone").map(this::zone).orElse(ZoneOffset.UTC);
        Optional<Object> minimum = bound("minimum", format, zone);
        Optional<Object> maximum = bound("maximum", format, zone);
        inOrder("minimum", minimum, "maximum", maximum);
        String sizes =
                switch (type) {
                    case ARRAY -> "Items";
                    case OBJECT -> "Properties";
                    default -> "Length";
                };
        Optional<Long> minSize = at.whole("min" + sizes);
        Optional<Long> maxSize = at.whole("max" + sizes);
        inOrder("min" + sizes, minSize.map(Object.class::cast), "max" + sizes, maxSize.map(Object.class::cast));
        return new TypeOptions(
                minimum,
                maximum,
                bound("exclusiveMinimum", format, zone),
                bound("exclusiveMaximum", format, zone),
                multipleOf(),
                minSize,
                maxSize,
                at.text("pattern").flatMap(this::pattern),
                format.orElse(null),
                at.isTrue("uniqueItems"),
                at.truth("timezone"),
                zone,
                new HashSet<>(at.texts("required")));
    }

    private Optional<Object> bound(String key, Optional<String> format, ZoneId zone) {
        return switch (type) {
            case INTEGER, NUMBER -> at.number(key).map(Object.class::cast);
            case DATE, TIMESTAMP, TIME ->
                at.text(key).flatMap(text -> {
                    Optional<Object> time = Casts.time(type, TypeOptions.ofTime(format.orElse(null), zone), text);
                    if (time.isEmpty()) {
                        time = Casts.time(type, TypeOptions.ofTime(null, zone), text);
                    }
                    if (time.isEmpty()) {
                        fault(key, "'" + ShapeCheck.shorten(text) + "' is no " + type.label());
                    }
                    return time;
                });
            default -> Optional.empty();
        };
    }

    private void inOrder(String lowKey, Optional<Object> low, String highKey, Optional<Object> high) {
        if (low.isPresent() && high.isPresent() && Values.compare(low.get(), high.get()) > 0) {
            fault(lowKey, "'" + lowKey + "' is more than '" + highKey + "': nothing could be valid");
        }
    }

    private Optional<BigDecimal> multipleOf() {
        Optional<BigDecimal> step = at.number("multipleOf").map(Values::decimal);
        if (step.isPresent() && step.get().signum() <= 0) {
            fault("multipleOf", "must be more than 0, was " + step.get().toPlainString());
            return Optional.empty();
        }
        return step;
    }

    private Optional<TextPattern> pattern(String source) {
        return switch (Patterns.compile(source)) {
            case Patterns.Outcome.Usable usable -> Optional.of(usable.pattern());
            case Patterns.Outcome.NotChecked notChecked -> {
                rules.add(new QualityRule.Unchecked("pattern", notChecked.why()));
                yield Optional.empty();
            }
            case Patterns.Outcome.Faulty faulty -> {
                fault("pattern", faulty.why());
                yield Optional.empty();
            }
        };
    }

    private boolean isFormat(String format) {
        if (type != LogicalType.DATE && type != LogicalType.TIMESTAMP && type != LogicalType.TIME) {
            return true;
        }
        try {
            return !DateTimeFormatter.ofPattern(format, Locale.ROOT).toString().isEmpty();
        } catch (IllegalArgumentException e) {
            fault("format", "not a pattern of java.time's DateTimeFormatter: " + e.getMessage());
            return false;
        }
    }

    private ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            fault("defaultTimezone", "'" + ShapeCheck.shorten(name) + "' is no time zone");
            return ZoneOffset.UTC;
        }
    }

    private void fault(String key, String message) {
        faults.add(at.pathOf(key), at.placeOf(key), message);
    }
}
