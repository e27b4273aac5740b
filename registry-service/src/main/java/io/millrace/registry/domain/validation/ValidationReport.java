package io.millrace.registry.domain.validation;

import java.util.List;

/** Every issue of a validation, those of columns in the contract's order. */
public record ValidationReport(long rows, List<Issue> issues) {
    public ValidationReport {
        issues = List.copyOf(issues);
    }

    /** Whether columns, types, keys and options hold. */
    public boolean schemaCompliant() {
        return issues.stream().noneMatch(issue -> issue.check().isSchema());
    }

    /** Whether every quality rule that could be checked holds. */
    public boolean qualityCompliant() {
        return issues.stream().allMatch(issue -> issue.check().isSchema() || issue.check() == Check.NOT_CHECKED);
    }
}
