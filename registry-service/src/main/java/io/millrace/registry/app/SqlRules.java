package io.millrace.registry.app;

import io.millrace.registry.app.data.RowData;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.validation.Issue;
import java.util.List;

/** Runs the SQL rules of a table on its rows, where nothing else can be reached from. */
public interface SqlRules {
    /** The issues of all SQL rules; a rule whose query fails or takes too long is an issue that says so. */
    List<Issue> check(SchemaObject schema, RowData rows);
}
