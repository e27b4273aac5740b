package io.millrace.registry.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.registry.domain.validation.Check;
import io.millrace.registry.domain.validation.ValidationReport;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RowValidationTest {
    @Test
    void eventsThatKeepEveryRuleOfTheirContractHaveNoSchemaIssue() throws Exception {
        ValidationReport report = new Orders().validate(Orders.rows(500));

        assertThat(report.rows()).isEqualTo(500);
        assertThat(report.schemaCompliant()).isTrue();
    }

    @Test
    void oneBadEventAmongFiveHundredIsFoundWithItsRow() throws Exception {
        String rows = new String(Orders.rows(500), StandardCharsets.UTF_8)
                .replace("\"customer_id\":42,", "\"customer_id\":0,");

        ValidationReport report = new Orders().validate(rows.getBytes(StandardCharsets.UTF_8));

        assertThat(report.schemaCompliant()).isFalse();
        assertThat(report.issues())
                .filteredOn(issue -> issue.check().isSchema())
                .singleElement()
                .satisfies(issue -> {
                    assertThat(issue.check()).isEqualTo(Check.MINIMUM);
                    assertThat(issue.column()).isEqualTo("customer_id");
                    assertThat(issue.failingRows()).isOne();
                    assertThat(issue.sample()).singleElement().asString().contains("\"row\":41");
                });
    }
}
