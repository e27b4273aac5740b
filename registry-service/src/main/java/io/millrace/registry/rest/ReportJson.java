package io.millrace.registry.rest;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
import io.millrace.registry.domain.validation.Issue;
import io.millrace.registry.domain.validation.ValidationReport;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The outcome of a validation over REST. */
@RegisterForReflection
public record ReportJson(
        @JsonProperty("schema_compliant") boolean schemaCompliant,
        @JsonProperty("quality_compliant") boolean qualityCompliant,
        long rows,
        List<IssueJson> issues) {

    /**
     * One issue.
     *
     * @param schema whether it breaks the schema or a quality rule
     */
    @RegisterForReflection
    public record IssueJson(
            String check,
            String column,
            String message,
            @JsonProperty("failing_rows") long failingRows,
            List<Sample> sample,
            boolean schema) {}

    /** A failing row: its number under {@code row}, its cells under {@code values}. */
    @RegisterForReflection
    @Schema(type = SchemaType.OBJECT)
    public record Sample(@JsonValue @JsonRawValue String json) {}

    static ReportJson of(ValidationReport report) {
        return new ReportJson(
                report.schemaCompliant(),
                report.qualityCompliant(),
                report.rows(),
                report.issues().stream().map(ReportJson::issue).toList());
    }

    private static IssueJson issue(Issue issue) {
        return new IssueJson(
                issue.check().label(),
                issue.column(),
                issue.message(),
                issue.failingRows(),
                issue.sample().stream().map(Sample::new).toList(),
                issue.check().isSchema());
    }
}
