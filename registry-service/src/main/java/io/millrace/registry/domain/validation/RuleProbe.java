package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.QualityRule;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts for one library rule of one column, or of several columns together. Not thread-safe. */
final class RuleProbe {
    private final QualityRule.Library rule;
    private final String path;
    private final RowCursor row;
    private final Tally tally;
    private final Duplicates duplicates;
    private final Set<Object> missing = new HashSet<>();
    private final Set<Object> valid = new HashSet<>();

    /**
     * @param path of the column; empty for the whole table
     */
    RuleProbe(QualityRule.Library rule, String path, RowCursor row, DistinctBudget budget) {
        this.rule = rule;
        this.path = path;
        this.row = row;
        this.tally = new Tally(check(rule.metric()), path, rule.label());
        this.duplicates = new Duplicates(budget);
        for (Object value : rule.missingValues()) {
            addForms(missing, value);
        }
        for (Object value : rule.validValues()) {
            addForms(valid, value);
        }
    }

    /**
     * @param raw the cell as it came
     * @param typed the cell in the form that comparisons use
     */
    void look(@Nullable Object raw, @Nullable Object typed) {
        switch (rule.metric()) {
            case NULL_VALUES -> hitIf(typed == null);
            case MISSING_VALUES -> hitIf(raw == null || typed == null || among(missing, raw, typed));
            case INVALID_VALUES -> hitIf(raw != null && typed != null && isInvalid(raw, typed));
            case DUPLICATE_VALUES -> {
                if (typed != null) {
                    lookForDuplicate(Values.key(typed));
                }
            }
            case ROW_COUNT -> {}
        }
    }

    /** Looks at the combination of several columns; a null in it is a value like any other. */
    void lookTogether(List<@Nullable Object> typed) {
        lookForDuplicate(Values.listKey(typed));
    }

    /** The issue where the condition does not hold once all rows were seen. */
    Optional<Issue> verdict() {
        long counted =
                switch (rule.metric()) {
                    case DUPLICATE_VALUES -> duplicates.rows();
                    case ROW_COUNT -> row.count();
                    case NULL_VALUES, MISSING_VALUES, INVALID_VALUES -> tally.failing();
                };
        return verdict(rule, path, counted, row.count(), tally.sample());
    }

    static Optional<Issue> verdict(
            QualityRule.Library rule, String path, long counted, long rows, List<String> sample) {
        BigDecimal figure = figure(rule.percent(), counted, rows);
        if (rule.condition().holds(figure)) {
            return Optional.empty();
        }
        String message = rule.label() + ": " + rule.metric().key() + " is " + rounded(figure)
                + (rule.percent() ? " percent" : "") + ", " + rule.condition();
        boolean wholeTable = rule.metric() == QualityRule.Metric.ROW_COUNT;
        return Optional.of(new Issue(
                check(rule.metric()), path, message, wholeTable ? 0 : counted, wholeTable ? List.of() : sample));
    }

    static Check check(QualityRule.Metric metric) {
        return switch (metric) {
            case NULL_VALUES -> Check.NULL_SHARE;
            case MISSING_VALUES -> Check.MISSING_VALUES;
            case INVALID_VALUES -> Check.INVALID_VALUES;
            case DUPLICATE_VALUES -> Check.DUPLICATE_VALUES;
            case ROW_COUNT -> Check.ROW_COUNT;
        };
    }

    /** The count itself, or its percentage of the rows; 0 percent of no rows. */
    private static BigDecimal figure(boolean percent, long counted, long rows) {
        if (!percent) {
            return BigDecimal.valueOf(counted);
        }
        return rows == 0
                ? BigDecimal.ZERO
                : BigDecimal.valueOf(counted)
                        .multiply(BigDecimal.valueOf(100))
                        .divide(BigDecimal.valueOf(rows), MathContext.DECIMAL64);
    }

    private static String rounded(BigDecimal figure) {
        return figure.setScale(3, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
    }

    private void hitIf(boolean counts) {
        if (counts) {
            tally.hit(row);
        }
    }

    private void lookForDuplicate(Object key) {
        long first = duplicates.offer(key, row.number());
        if (first >= 0) {
            tally.hit(row, first);
        }
    }

    private boolean isInvalid(Object raw, Object typed) {
        if (!valid.isEmpty() && !among(valid, raw, typed)) {
            return true;
        }
        return rule.pattern()
                .map(pattern -> !pattern.found().test(raw instanceof String text ? text : String.valueOf(typed)))
                .orElse(false);
    }

    /** In CSV a listed number also stands for its text, and a listed text for the value that it casts to. */
    private boolean among(Set<Object> listed, Object raw, Object typed) {
        return listed.contains(Values.key(typed)) || (row.dialect() == Dialect.CSV && listed.contains(Values.key(raw)));
    }

    private void addForms(Set<Object> listed, @Nullable Object value) {
        if (value == null) {
            return;
        }
        listed.add(Values.key(value));
        if (row.dialect() == Dialect.CSV && !(value instanceof String)) {
            listed.add(value.toString());
        }
    }
}
