package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.QualityRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The table's own rules on nulls: they hold for every column of the data, declared or not. Not thread-safe. */
final class NullShares {
    private final List<QualityRule.Library> rules;
    private final RowCursor row;
    private final List<Tally> nulls = new ArrayList<>();
    private final List<Long> unseen = new ArrayList<>();

    private NullShares(List<QualityRule.Library> rules, RowCursor row) {
        this.rules = rules;
        this.row = row;
    }

    /** Empty where the table has no such rule. */
    static Optional<NullShares> of(List<QualityRule> rules, RowCursor row) {
        var nullRules = new ArrayList<QualityRule.Library>();
        for (QualityRule rule : rules) {
            if (rule instanceof QualityRule.Library library && library.metric() == QualityRule.Metric.NULL_VALUES) {
                nullRules.add(library);
            }
        }
        return nullRules.isEmpty() ? Optional.empty() : Optional.of(new NullShares(nullRules, row));
    }

    void look() {
        List<String> names = row.columns();
        while (nulls.size() < names.size()) {
            nulls.add(new Tally(Check.NULL_SHARE, names.get(nulls.size()), ""));
            unseen.add(row.number());
        }
        for (int i = 0; i < nulls.size(); i++) {
            if (row.cell(i) == null) {
                nulls.get(i).hit(row);
            }
        }
    }

    /** One issue for each rule and column that breaks it. A column that appeared late was null in the rows before. */
    List<Issue> verdicts() {
        var issues = new ArrayList<Issue>();
        List<String> names = row.columns();
        for (QualityRule.Library rule : rules) {
            for (int i = 0; i < nulls.size(); i++) {
                Tally tally = nulls.get(i);
                RuleProbe.verdict(rule, names.get(i), tally.failing() + unseen.get(i), row.count(), tally.sample())
                        .ifPresent(issues::add);
            }
        }
        return issues;
    }
}
