package io.millrace.registry.domain.validation;

import static io.millrace.registry.domain.validation.Tables.brief;
import static io.millrace.registry.domain.validation.Tables.csv;
import static io.millrace.registry.domain.validation.Tables.json;
import static io.millrace.registry.domain.validation.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.registry.app.data.JacksonText;
import io.millrace.registry.app.data.JsonRows;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QualityRulesTest {
    /** Ten rows: c is null in 2, "N/A" in 1, "x" in 4, "y" in 2 and "z" in 1. */
    private static final String ROWS = """
            {"c": null} {} {"c": "N/A"} {"c": "x"} {"c": "x"} {"c": "x"} {"c": "x"} {"c": "y"} {"c": "y"} {"c": "z"}
            """;

    @ParameterizedTest(name = "{0} {1} {2} counts {3}")
    @CsvSource(delimiter = '|', textBlock = """
                    nullValues      |                                                | 2
                    missingValues   | , arguments: {missingValues: [N/A]}            | 3
                    missingValues   | , arguments: {missingValues: [null, N/A, z]}   | 4
                    invalidValues   | , arguments: {validValues: [x, y]}             | 2
                    invalidValues   | , arguments: {pattern: "^[xyz]$"}              | 1
                    duplicateValues |                                                | 6
                    """)
    void aMetricCountsWhatItsNameSays(String metric, String arguments, long count) {
        String rest = arguments == null ? "" : arguments;
        for (String unit : List.of("rows", "percent")) {
            long figure = "rows".equals(unit) ? count : count * 10;
            String rule = "{metric: " + metric + rest + ", unit: " + unit + ", mustBe: ";
            var right = table("[{name: c, quality: [" + rule + figure + "}]}]", "[]");
            var wrong = table("[{name: c, quality: [" + rule + (figure + 1) + "}]}]", "[]");

            assertThat(brief(json(right, ROWS))).isEmpty();
            assertThat(json(wrong, ROWS).issues()).singleElement().satisfies(issue -> {
                assertThat(issue.failingRows()).isEqualTo(count);
                assertThat(issue.column()).isEqualTo("c");
            });
        }
    }

    @ParameterizedTest(name = "ten rows, {0}: {1} holds {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    mustBe                 | 10       | true
                    mustBe                 | 10.0     | true
                    mustBe                 | 9        | false
                    mustNotBe              | 10       | false
                    mustNotBe              | 9        | true
                    mustBeGreaterThan      | 9        | true
                    mustBeGreaterThan      | 10       | false
                    mustBeGreaterOrEqualTo | 10       | true
                    mustBeGreaterOrEqualTo | 10.5     | false
                    mustBeLessThan         | 11       | true
                    mustBeLessThan         | 10       | false
                    mustBeLessOrEqualTo    | 10       | true
                    mustBeLessOrEqualTo    | 9.9      | false
                    mustBeBetween          | [10, 20] | true
                    mustBeBetween          | [0, 10]  | true
                    mustBeBetween          | [11, 20] | false
                    mustNotBeBetween       | [0, 10]  | false
                    mustNotBeBetween       | [10, 20] | false
                    mustNotBeBetween       | [11, 20] | true
                    """)
    void operatorsCompareWithInclusiveRanges(String operator, String bound, boolean holds) {
        var table = table("[]", "[{metric: rowCount, " + operator + ": " + bound + "}]");

        assertThat(json(table, ROWS).qualityCompliant()).isEqualTo(holds);
        assertThat(brief(json(table, ROWS))).isEqualTo(holds ? List.of() : List.of("row_count 0"));
    }

    @Test
    void aTablesNullShareHoldsForEveryColumnOfTheDataDeclaredOrNot() {
        var table = table("[{name: a}]", "[{metric: nullValues, unit: percent, mustBeLessOrEqualTo: 50}]");
        ValidationReport report = json(
                table,
                "[{\"a\": 1, \"b\": 1}, {\"a\": 1}, {\"a\": null, \"c\": 1}, {\"a\": null, \"b\": 2, \"late\": 3}]");

        assertThat(brief(report)).containsExactly("null_share c 3", "null_share late 3");
        assertThat(report.schemaCompliant()).isTrue();
        assertThat(report.qualityCompliant()).isFalse();
        assertThat(report.issues().getFirst().message()).contains("75 percent").contains("mustBeLessOrEqualTo 50");
    }

    @Test
    void aShareThatIsExactlyTheBoundHolds() {
        var table = table("[]", "[{metric: nullValues, unit: percent, mustBeLessOrEqualTo: 5}]");
        String nineteen = "{\"a\": 1} ".repeat(19);

        assertThat(brief(json(table, nineteen + "{\"a\": null}"))).isEmpty();
        assertThat(brief(json(table, nineteen + "{\"a\": null} {}"))).containsExactly("null_share a 2");
    }

    @Test
    void duplicatesOfATableAreEqualCombinationsAndEveryRowOfAGroupCounts() {
        var table = table(
                "[{name: a}, {name: b}]",
                "[{metric: duplicateValues, arguments: {properties: [a, b]}, unit: percent, mustBeLessThan: 40}]");

        assertThat(
                        brief(
                                json(
                                        table,
                                        "[{\"a\": 1, \"b\": 1}, {\"a\": 1, \"b\": 1}, {\"a\": 1, \"b\": 2}, {\"a\": null, \"b\": 1}, {\"b\": 1}]")))
                .containsExactly("duplicate_values 4");
    }

    @Test
    void listedNumbersStandForTheirTextInCsv() {
        var table = table(
                "[{name: c, quality: [{metric: invalidValues, arguments: {validValues: [1, 2]}, mustBe: 0}]}]", "[]");

        assertThat(brief(csv(table, "c\n1\n2\n"))).isEmpty();
        assertThat(brief(csv(table, "c\n1\n3\n"))).containsExactly("invalid_values c 1");
        assertThat(brief(json(table, "[{\"c\": \"1\"}]"))).containsExactly("invalid_values c 1");
    }

    @Test
    void rulesThatNobodyHereCanCheckAreSaidAndBreakNothing() {
        var table = table(
                "[{name: c, logicalType: string, logicalTypeOptions: {pattern: \"(?=a)b\"}}]",
                "[{type: text, name: house rule, description: words}, {type: custom, engine: soda, implementation: x}]");
        ValidationReport report = json(table, "[{\"c\": \"x\"}]");

        assertThat(brief(report)).containsExactly("not_checked 0", "not_checked 0", "not_checked c 0");
        assertThat(report.schemaCompliant()).isTrue();
        assertThat(report.qualityCompliant()).isTrue();
        assertThat(report.issues().getFirst().message()).startsWith("house rule: ");
    }

    @Test
    void noRowsAreComplaintsOfTheRowCountOnly() {
        var table = table(
                "[{name: c, required: true, quality: [{metric: nullValues, unit: percent, mustBe: 0}]}]",
                "[{metric: rowCount, mustBeGreaterThan: 0}]");

        assertThat(brief(json(table, "[]"))).containsExactly("row_count 0");
        assertThat(brief(csv(table, "c\n"))).containsExactly("row_count 0");
        assertThat(brief(csv(table, "d\n"))).containsExactly("missing_column c 0", "row_count 0");
    }

    @Test
    void rowsAndDistinctKeysAreBounded() {
        var table = table("[{name: a, unique: true}]", "[]");
        var rows = JsonRows.of("[{\"a\":1},{\"a\":2},{\"a\":3}]".getBytes(StandardCharsets.UTF_8));

        try (Rows three = rows.open()) {
            var limits = new Validation.Limits(2, 100);
            assertThatThrownBy(() -> Validation.run(table, three, new JacksonText(), limits))
                    .isInstanceOf(TooManyRowsException.class)
                    .hasMessageContaining("at most 2 rows");
        }
        try (Rows three = rows.open()) {
            var limits = new Validation.Limits(100, 2);
            assertThatThrownBy(() -> Validation.run(table, three, new JacksonText(), limits))
                    .isInstanceOf(TooManyRowsException.class)
                    .hasMessageContaining("distinct");
        }
    }
}
