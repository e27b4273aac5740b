package io.millrace.registry.domain.validation;

import java.util.Locale;

/** The checks that an issue can come from. */
public enum Check {
    MISSING_COLUMN(true),
    TYPE(true),
    REQUIRED(true),
    UNIQUE(true),
    PRIMARY_KEY(true),
    MINIMUM(true),
    MAXIMUM(true),
    EXCLUSIVE_MINIMUM(true),
    EXCLUSIVE_MAXIMUM(true),
    MULTIPLE_OF(true),
    MIN_LENGTH(true),
    MAX_LENGTH(true),
    PATTERN(true),
    FORMAT(true),
    MIN_ITEMS(true),
    MAX_ITEMS(true),
    UNIQUE_ITEMS(true),
    MIN_PROPERTIES(true),
    MAX_PROPERTIES(true),
    NULL_SHARE(false),
    MISSING_VALUES(false),
    INVALID_VALUES(false),
    DUPLICATE_VALUES(false),
    ROW_COUNT(false),
    SQL(false),
    /** Says what was not checked and why; breaks nothing. */
    NOT_CHECKED(false);

    private final boolean schema;

    Check(boolean schema) {
        this.schema = schema;
    }

    /** Whether a failure breaks the schema; otherwise it breaks a quality rule. */
    public boolean isSchema() {
        return schema;
    }

    /** The stable name in answers: lower case with underscores. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
