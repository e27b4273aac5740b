package io.millrace.registry.domain;

import java.math.BigDecimal;

/** What the figure of a quality rule is compared with. Both bounds of a range are inclusive. */
public record Condition(Operator operator, BigDecimal first, BigDecimal second) {
    /** The operators of ODCS. */
    public enum Operator {
        MUST_BE("mustBe"),
        MUST_NOT_BE("mustNotBe"),
        MUST_BE_GREATER_THAN("mustBeGreaterThan"),
        MUST_BE_GREATER_OR_EQUAL_TO("mustBeGreaterOrEqualTo"),
        MUST_BE_LESS_THAN("mustBeLessThan"),
        MUST_BE_LESS_OR_EQUAL_TO("mustBeLessOrEqualTo"),
        MUST_BE_BETWEEN("mustBeBetween"),
        MUST_NOT_BE_BETWEEN("mustNotBeBetween");

        private final String key;

        Operator(String key) {
            this.key = key;
        }

        /** The key that contracts use. */
        public String key() {
            return key;
        }

        /** Whether it takes two bounds. */
        public boolean isRange() {
            return this == MUST_BE_BETWEEN || this == MUST_NOT_BE_BETWEEN;
        }
    }

    public Condition(Operator operator, BigDecimal bound) {
        this(operator, bound, bound);
    }

    public boolean holds(BigDecimal figure) {
        int low = figure.compareTo(first);
        int high = figure.compareTo(second);
        return switch (operator) {
            case MUST_BE -> low == 0;
            case MUST_NOT_BE -> low != 0;
            case MUST_BE_GREATER_THAN -> low > 0;
            case MUST_BE_GREATER_OR_EQUAL_TO -> low >= 0;
            case MUST_BE_LESS_THAN -> low < 0;
            case MUST_BE_LESS_OR_EQUAL_TO -> low <= 0;
            case MUST_BE_BETWEEN -> low >= 0 && high <= 0;
            case MUST_NOT_BE_BETWEEN -> low < 0 || high > 0;
        };
    }

    /** Such as {@code mustBeLessOrEqualTo 5}. */
    @Override
    public String toString() {
        String bounds = operator.isRange()
                ? "[" + first.toPlainString() + ", " + second.toPlainString() + "]"
                : first.toPlainString();
        return operator.key() + " " + bounds;
    }
}
