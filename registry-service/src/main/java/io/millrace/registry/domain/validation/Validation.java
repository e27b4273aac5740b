package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.SchemaObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One pass over rows that finds every issue that a table's contract has with them. Time and memory: linear in the cells; memory beyond
 * a row only for the distinct keys of uniqueness checks, which {@link Limits} bounds. SQL rules are not run here. Not thread-safe.
 */
public final class Validation {
    /**
     * @param rows most rows of one validation
     * @param distinctKeys most distinct keys that all uniqueness checks of one validation hold together
     */
    public record Limits(long rows, long distinctKeys) {}

    private final SchemaObject schema;
    private final RowCursor row;
    private final Limits limits;
    private final DistinctBudget budget;
    private final List<ColumnProbe> columns;
    private final int[] indexes;
    private final @Nullable Object[] raw;
    private final @Nullable Object[] typed;
    private final List<KeyProbe> keys = new ArrayList<>();
    private final List<ColumnRule> columnRules = new ArrayList<>();
    private final List<TableRule> tableRules = new ArrayList<>();
    private final Optional<NullShares> nullShares;
    private int known;

    private record ColumnRule(int column, RuleProbe probe) {}

    private record TableRule(int[] columns, RuleProbe probe) {}

    private Validation(SchemaObject schema, Rows rows, JsonText json, Limits limits) {
        this.schema = schema;
        this.row = new RowCursor(rows, json);
        this.limits = limits;
        this.budget = new DistinctBudget(limits.distinctKeys());
        this.columns = schema.columns().stream()
                .map(column -> new ColumnProbe(column, column.name(), row, json))
                .toList();
        this.indexes = new int[columns.size()];
        Arrays.fill(indexes, -1);
        this.raw = new Object[columns.size()];
        this.typed = new Object[columns.size()];
        this.nullShares = NullShares.of(schema.rules(), row);
        prepareKeys();
        prepareRules();
    }

    /**
     * Reads all rows and judges them. Rows are not closed.
     *
     * @throws TooManyRowsException where a limit is passed
     */
    public static ValidationReport run(SchemaObject schema, Rows rows, JsonText json, Limits limits) {
        var validation = new Validation(schema, rows, json, limits);
        while (validation.row.advance()) {
            validation.look();
        }
        if (validation.row.count() == 0) {
            validation.findColumns();
        }
        return validation.report();
    }

    private void look() {
        if (row.count() > limits.rows()) {
            throw new TooManyRowsException("a validation takes at most " + limits.rows() + " rows");
        }
        findColumns();
        boolean absentIsNull = row.dialect() == Dialect.JSON;
        for (int i = 0; i < columns.size(); i++) {
            raw[i] = row.cell(indexes[i]);
            typed[i] = indexes[i] < 0 && !absentIsNull ? null : columns.get(i).look(raw[i]);
        }
        for (KeyProbe key : keys) {
            key.look(typed);
        }
        for (ColumnRule rule : columnRules) {
            rule.probe.look(raw[rule.column], typed[rule.column]);
        }
        for (TableRule rule : tableRules) {
            if (rule.columns.length > 0) {
                rule.probe.lookTogether(values(rule.columns));
            }
        }
        nullShares.ifPresent(NullShares::look);
    }

    /** Looks for the columns that are not found yet, where the data has more columns than before. */
    private void findColumns() {
        List<String> names = row.columns();
        if (names.size() == known) {
            return;
        }
        known = names.size();
        for (int i = 0; i < indexes.length; i++) {
            if (indexes[i] < 0) {
                Column column = columns.get(i).column();
                int index = names.indexOf(column.name());
                indexes[i] = index >= 0
                        ? index
                        : column.physicalName().map(names::indexOf).orElse(-1);
            }
        }
    }

    private List<@Nullable Object> values(int[] positions) {
        var values = new ArrayList<@Nullable Object>(positions.length);
        for (int position : positions) {
            values.add(typed[position]);
        }
        return values;
    }

    private void prepareKeys() {
        var primary = new ArrayList<Integer>();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i).column();
            if (column.unique()) {
                keys.add(new KeyProbe(
                        new Tally(Check.UNIQUE, column.name(), "must be unique"), new int[] {i}, row, budget));
            }
            if (column.primaryKey()) {
                primary.add(i);
            }
        }
        if (primary.isEmpty()) {
            return;
        }
        primary.sort(Comparator.comparingInt(i -> position(columns.get(i).column())));
        List<String> names =
                primary.stream().map(i -> columns.get(i).column().name()).toList();
        keys.add(new KeyProbe(
                new Tally(Check.PRIMARY_KEY, String.join(",", names), "must be unique: it is the primary key"),
                primary.stream().mapToInt(Integer::intValue).toArray(),
                row,
                budget));
    }

    private static int position(Column column) {
        return column.primaryKeyPosition() > 0 ? column.primaryKeyPosition() : Integer.MAX_VALUE;
    }

    private void prepareRules() {
        for (int i = 0; i < columns.size(); i++) {
            for (QualityRule rule : columns.get(i).column().rules()) {
                if (rule instanceof QualityRule.Library library) {
                    columnRules.add(new ColumnRule(
                            i, new RuleProbe(library, columns.get(i).path(), row, budget)));
                }
            }
        }
        List<String> names = schema.columns().stream().map(Column::name).toList();
        for (QualityRule rule : schema.rules()) {
            if (rule instanceof QualityRule.Library library && library.metric() != QualityRule.Metric.NULL_VALUES) {
                int[] positions =
                        library.columns().stream().mapToInt(names::indexOf).toArray();
                tableRules.add(new TableRule(positions, new RuleProbe(library, "", row, budget)));
            }
        }
    }

    private ValidationReport report() {
        var issues = new ArrayList<Issue>();
        for (int i = 0; i < columns.size(); i++) {
            ColumnProbe probe = columns.get(i);
            if (indexes[i] >= 0) {
                issues.addAll(probe.issues());
            } else if (isMissed(probe.column())) {
                issues.add(new Issue(
                        Check.MISSING_COLUMN,
                        probe.path(),
                        "column '" + probe.path() + "' is missing",
                        row.count(),
                        List.of()));
            }
        }
        keys.forEach(key -> key.issue().ifPresent(issues::add));
        columnRules.forEach(rule -> rule.probe.verdict().ifPresent(issues::add));
        tableRules.forEach(rule -> rule.probe.verdict().ifPresent(issues::add));
        nullShares.ifPresent(shares -> issues.addAll(shares.verdicts()));
        columns.forEach(probe -> issues.addAll(probe.unchecked()));
        addUnchecked("", schema.rules(), issues);
        columns.forEach(probe -> addUnchecked(probe.path(), probe.column().rules(), issues));
        return new ValidationReport(row.count(), issues);
    }

    /** A JSON object may leave a null out, so only a required column is missed there, and only where there are rows. */
    private boolean isMissed(Column column) {
        return row.dialect() != Dialect.JSON || (row.count() > 0 && (column.required() || column.primaryKey()));
    }

    private static void addUnchecked(String path, List<QualityRule> rules, List<Issue> issues) {
        for (QualityRule rule : rules) {
            if (rule instanceof QualityRule.Unchecked unchecked) {
                issues.add(
                        new Issue(Check.NOT_CHECKED, path, unchecked.label() + ": " + unchecked.why(), 0, List.of()));
            }
        }
    }
}
