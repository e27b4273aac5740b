package io.millrace.registry.domain.validation;

import io.millrace.registry.app.data.CsvRows;
import io.millrace.registry.app.data.JacksonText;
import io.millrace.registry.app.data.JsonRows;
import io.millrace.registry.app.data.RowData;
import io.millrace.registry.app.document.ContractDocument;
import io.millrace.registry.domain.SchemaObject;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Contracts of one table and rows for tests. */
final class Tables {
    private static final Validation.Limits LIMITS = new Validation.Limits(1_000_000, 1_000_000);

    private Tables() {}

    /** A table with these properties, in YAML's flow style, and these rules of the whole table. */
    static SchemaObject table(String properties, String quality) {
        return ContractDocument.read("test", """
                        apiVersion: v3.1.0
                        kind: DataContract
                        id: t
                        version: 1.0.0
                        status: active
                        domain: test
                        name: t
                        schema:
                          - name: t
                            properties: %s
                            quality: %s
                        """.formatted(properties, quality))
                .contract()
                .schema()
                .getFirst();
    }

    static ValidationReport json(SchemaObject table, String rows) {
        return run(table, JsonRows.of(rows.getBytes(StandardCharsets.UTF_8)));
    }

    static ValidationReport csv(SchemaObject table, String rows) {
        return run(table, CsvRows.of(rows.getBytes(StandardCharsets.UTF_8)));
    }

    static ValidationReport run(SchemaObject table, RowData data) {
        try (Rows rows = data.open()) {
            return Validation.run(table, rows, new JacksonText(), LIMITS);
        }
    }

    /** Each issue as {@code check column failing}. */
    static List<String> brief(ValidationReport report) {
        return report.issues().stream()
                .map(issue ->
                        (issue.check().label() + " " + issue.column() + " " + issue.failingRows()).replace("  ", " "))
                .toList();
    }
}
