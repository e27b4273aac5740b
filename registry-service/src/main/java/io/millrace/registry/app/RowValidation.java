package io.millrace.registry.app;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.data.CsvRows;
import io.millrace.registry.app.data.JacksonText;
import io.millrace.registry.app.data.JsonRows;
import io.millrace.registry.app.data.RowData;
import io.millrace.registry.app.document.ContractDocument;
import io.millrace.registry.domain.ContractRevision;
import io.millrace.registry.domain.DataContract;
import io.millrace.registry.domain.QualityRule;
import io.millrace.registry.domain.SchemaObject;
import io.millrace.registry.domain.validation.Issue;
import io.millrace.registry.domain.validation.Rows;
import io.millrace.registry.domain.validation.TooManyRowsException;
import io.millrace.registry.domain.validation.Validation;
import io.millrace.registry.domain.validation.ValidationReport;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Checks rows against a contract. Blocking; safe for concurrent use: as many run at a time as are configured. */
@ApplicationScoped
public class RowValidation {
    private static final int PARSED_CONTRACTS = 256;

    private final Settings.Validation settings;
    private final ParquetFiles parquet;
    private final SqlRules sqlRules;
    private final RegistryMeter meter;
    private final Semaphore permits;
    private final JacksonText json = new JacksonText();
    private final Map<String, DataContract> parsed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, DataContract> eldest) {
            return size() > PARSED_CONTRACTS;
        }
    };

    public RowValidation(Settings settings, ParquetFiles parquet, SqlRules sqlRules, RegistryMeter meter) {
        this.settings = settings.validation();
        this.parquet = parquet;
        this.sqlRules = sqlRules;
        this.meter = meter;
        this.permits = new Semaphore(this.settings.concurrency(), true);
    }

    /** The contract of a registered revision. */
    public DataContract contract(ContractRevision revision) {
        String digest = revision.summary().digest();
        synchronized (parsed) {
            DataContract known = parsed.get(digest);
            if (known != null) {
                return known;
            }
        }
        DataContract read = ContractDocument.read(revision.product().toString(), revision.json())
                .contract();
        synchronized (parsed) {
            parsed.put(digest, read);
        }
        return read;
    }

    /** A contract that is sent with the rows. */
    public DataContract contract(String document) {
        return ContractDocument.read("contract", document).contract();
    }

    /**
     * Checks rows.
     *
     * @param schemaName the schema object; empty where the contract has one only
     * @throws Refusal where the rows are unreadable or too many, or too many validations run
     */
    public ValidationReport validate(DataContract contract, String schemaName, RowFormat format, byte[] rows) {
        if (rows.length > settings.maxBytes()) {
            throw new Refusal(
                    RegistryReason.ROWS_TOO_MANY, "one call takes at most " + settings.maxBytes() + " bytes of rows");
        }
        SchemaObject schema = schema(contract, schemaName);
        acquire();
        long begun = System.nanoTime();
        try {
            RowData data =
                    switch (format) {
                        case JSON -> JsonRows.of(rows);
                        case CSV -> CsvRows.of(rows);
                        case PARQUET -> parquet.of(rows);
                    };
            ValidationReport report = check(schema, data);
            report.issues().forEach(issue -> meter.issue(issue.check()));
            meter.validation(format, Duration.ofNanos(System.nanoTime() - begun), report.rows());
            return report;
        } catch (TooManyRowsException e) {
            throw new Refusal(RegistryReason.ROWS_TOO_MANY, e.what(), e);
        } finally {
            permits.release();
        }
    }

    private ValidationReport check(SchemaObject schema, RowData data) {
        ValidationReport report;
        try (Rows rows = data.open()) {
            report = Validation.run(
                    schema, rows, json, new Validation.Limits(settings.maxRows(), settings.maxDistinctKeys()));
        }
        if (!hasSqlRules(schema)) {
            return report;
        }
        List<Issue> issues = new ArrayList<>(report.issues());
        issues.addAll(sqlRules.check(schema, data));
        return new ValidationReport(report.rows(), issues);
    }

    private static boolean hasSqlRules(SchemaObject schema) {
        return schema.rules().stream().anyMatch(QualityRule.Sql.class::isInstance)
                || schema.columns().stream()
                        .flatMap(column -> column.rules().stream())
                        .anyMatch(QualityRule.Sql.class::isInstance);
    }

    private static SchemaObject schema(DataContract contract, String name) {
        List<SchemaObject> all = contract.schema();
        List<String> names = all.stream().map(SchemaObject::name).toList();
        if (name.isEmpty()) {
            if (all.size() == 1) {
                return all.getFirst();
            }
            throw new Refusal(
                    RegistryReason.SCHEMA_NOT_FOUND,
                    all.isEmpty()
                            ? "the contract has no schema object to check rows against"
                            : "the contract has several schema objects, name one of " + names);
        }
        return all.stream()
                .filter(schema -> schema.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        RegistryReason.SCHEMA_NOT_FOUND, "the contract has no such schema object, it has " + names));
    }

    private void acquire() {
        try {
            if (!permits.tryAcquire(settings.queueWait().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new Refusal(
                        RegistryReason.VALIDATIONS_BUSY,
                        settings.concurrency() + " validations are running and none ended in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(RegistryReason.VALIDATIONS_BUSY, "the wait for a turn was interrupted", e);
        }
    }
}
