package io.millrace.registry.domain.validation;

import io.millrace.registry.domain.Column;
import io.millrace.registry.domain.LogicalType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks the values of one column, or of one place nested in it, row by row. Not thread-safe. */
final class ColumnProbe {
    private final Column column;
    private final String path;
    private final RowCursor row;
    private final JsonText json;
    private final Tally required;
    private final Tally type;
    private final List<OptionChecks.OptionCheck> options;
    private final List<ColumnProbe> properties;
    private final @Nullable ColumnProbe items;

    ColumnProbe(Column column, String path, RowCursor row, JsonText json) {
        this.column = column;
        this.path = path;
        this.row = row;
        this.json = json;
        this.required = new Tally(Check.REQUIRED, path, "must not be null");
        this.type = new Tally(
                Check.TYPE,
                path,
                "must be of type " + column.type().map(LogicalType::label).orElse("any") + formatHint(column));
        this.options = OptionChecks.of(path, column);
        this.properties = column.properties().stream()
                .map(property -> new ColumnProbe(property, path + "." + property.name(), row, json))
                .toList();
        this.items = column.items()
                .map(item -> new ColumnProbe(item, path + "[]", row, json))
                .orElse(null);
    }

    Column column() {
        return column;
    }

    String path() {
        return path;
    }

    /**
     * Checks one value of the current row.
     *
     * @return the value in the form that comparisons use; as it came where it is not of the type; null where it is null
     */
    @Nullable
    Object look(@Nullable Object value) {
        if (value == null) {
            if (column.required() || column.primaryKey()) {
                required.hit(row);
            }
            return null;
        }
        if (column.type().isEmpty()) {
            return value;
        }
        Optional<Object> cast = Casts.cast(column.type().get(), column.options(), value, row.dialect(), json);
        if (cast.isEmpty()) {
            type.hit(row);
            return value;
        }
        Object typed = cast.get();
        for (OptionChecks.OptionCheck check : options) {
            if (!check.holds().test(typed)) {
                check.tally().hit(row);
            }
        }
        lookInside(typed);
        return typed;
    }

    /** The issues of this column and of all that is nested in it. */
    List<Issue> issues() {
        var issues = new ArrayList<Issue>();
        type.issue().ifPresent(issues::add);
        required.issue().ifPresent(issues::add);
        options.forEach(check -> check.tally().issue().ifPresent(issues::add));
        properties.forEach(property -> issues.addAll(property.issues()));
        if (items != null) {
            issues.addAll(items.issues());
        }
        return issues;
    }

    /** What the contract says of nested values that this engine does not look at. */
    List<Issue> unchecked() {
        var unchecked = new ArrayList<Issue>();
        var nested = new ArrayList<>(properties);
        if (items != null) {
            nested.add(items);
        }
        for (ColumnProbe probe : nested) {
            Column inner = probe.column;
            if (inner.unique() || inner.primaryKey() || !inner.rules().isEmpty()) {
                unchecked.add(new Issue(
                        Check.NOT_CHECKED,
                        probe.path,
                        "unique, primaryKey and quality rules of nested values are not checked",
                        0,
                        List.of()));
            }
            unchecked.addAll(probe.unchecked());
        }
        return unchecked;
    }

    private void lookInside(Object typed) {
        if (!properties.isEmpty() && typed instanceof Map<?, ?> map) {
            for (ColumnProbe property : properties) {
                property.look(map.get(property.column.name()));
            }
        }
        if (items != null && typed instanceof List<?> list) {
            for (Object item : list) {
                items.look(item);
            }
        }
    }

    private static String formatHint(Column column) {
        boolean temporal = column.type()
                .map(type -> type == LogicalType.DATE || type == LogicalType.TIMESTAMP || type == LogicalType.TIME)
                .orElse(false);
        String format = column.options().format();
        return temporal && format != null ? " in the format " + format : "";
    }
}
