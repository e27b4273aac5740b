package io.millrace.registry.domain.validation;

import static io.millrace.registry.domain.validation.Tables.brief;
import static io.millrace.registry.domain.validation.Tables.csv;
import static io.millrace.registry.domain.validation.Tables.json;
import static io.millrace.registry.domain.validation.Tables.table;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnRulesTest {
    @ParameterizedTest(name = "{0} {1}: {2} fails {3}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                    integer   | {}                              | 5                       | none
                    integer   | {}                              | -9223372036854775809    | none
                    integer   | {}                              | 5.0                     | none
                    integer   | {}                              | 5.5                     | type
                    integer   | {}                              | "5"                     | type
                    integer   | {}                              | true                    | type
                    integer   | {}                              | 1e999                   | type
                    integer   | {format: i8}                    | 127                     | none
                    integer   | {format: i8}                    | 128                     | format
                    integer   | {format: i8}                    | -128                    | none
                    integer   | {format: u8}                    | -1                      | format
                    integer   | {format: u8}                    | 255                     | none
                    integer   | {format: u64}                   | 18446744073709551615    | none
                    integer   | {format: u64}                   | 18446744073709551616    | format
                    integer   | {minimum: 3}                    | 3                       | none
                    integer   | {minimum: 3}                    | 2                       | minimum
                    integer   | {exclusiveMinimum: 3}           | 3                       | exclusive_minimum
                    integer   | {maximum: 3}                    | 3                       | none
                    integer   | {maximum: 3}                    | 4                       | maximum
                    integer   | {exclusiveMaximum: 3}           | 3                       | exclusive_maximum
                    integer   | {multipleOf: 5}                 | -10                     | none
                    integer   | {multipleOf: 5}                 | 12                      | multiple_of
                    number    | {}                              | 5                       | none
                    number    | {}                              | "NaN"                   | type
                    number    | {multipleOf: 0.01}              | 0.07                    | none
                    number    | {multipleOf: 0.01}              | 0.075                   | multiple_of
                    number    | {format: f32}                   | 3.5e38                  | format
                    number    | {format: f64}                   | 3.5e38                  | none
                    number    | {minimum: 0.1}                  | 0.1                     | none
                    boolean   | {}                              | false                   | none
                    boolean   | {}                              | 0                       | type
                    boolean   | {}                              | "true"                  | type
                    string    | {}                              | "x"                     | none
                    string    | {}                              | 1                       | type
                    string    | {minLength: 2}                  | "é"                     | min_length
                    string    | {maxLength: 1}                  | "😀"                    | none
                    string    | {maxLength: 1}                  | "ab"                    | max_length
                    string    | {pattern: "b+"}                 | "abbc"                  | none
                    string    | {pattern: "^b+$"}               | "abbc"                  | pattern
                    string    | {format: email}                 | "a@b.example"           | none
                    string    | {format: email}                 | "a@b@c"                 | format
                    string    | {format: email}                 | "@b.example"            | format
                    string    | {format: uuid}                  | "0d4f4a3c-1c64-4a6e-9f1a-6a2f7a4a1f11" | none
                    string    | {format: uuid}                  | "0d4f4a3c"              | format
                    string    | {format: ipv4}                  | "10.0.0.255"            | none
                    string    | {format: ipv4}                  | "10.0.0.256"            | format
                    string    | {format: ipv4}                  | "10.0.0.01"             | format
                    string    | {format: ipv6}                  | "::1"                   | none
                    string    | {format: ipv6}                  | "2001:db8::ffff:10.0.0.1" | none
                    string    | {format: ipv6}                  | "1:2:3"                 | format
                    string    | {format: ipv6}                  | "1::2::3"               | format
                    string    | {format: hostname}              | "a-b.example"           | none
                    string    | {format: hostname}              | "-b.example"            | format
                    string    | {format: uri}                   | "https://example.org/a" | none
                    string    | {format: uri}                   | "/a"                    | format
                    string    | {format: password}              | "x"                     | none
                    date      | {}                              | "2024-02-29"            | none
                    date      | {}                              | "2023-02-29"            | type
                    date      | {}                              | "2024-02-29T00:00:00Z"  | type
                    date      | {format: dd.MM.yyyy}            | "29.02.2024"            | none
                    date      | {format: dd.MM.yyyy}            | "2024-02-29"            | type
                    date      | {minimum: 2024-01-01}           | "2024-01-01"            | none
                    date      | {minimum: 2024-01-01}           | "2023-12-31"            | minimum
                    date      | {exclusiveMaximum: 2024-01-01}  | "2024-01-01"            | exclusive_maximum
                    timestamp | {}                              | "2024-01-01T00:00:00Z"  | none
                    timestamp | {}                              | "2024-01-01 00:00:00.123456+02:00" | none
                    timestamp | {}                              | "2024-01-01"            | type
                    timestamp | {}                              | 1704067200              | type
                    timestamp | {timezone: true}                | "2024-01-01T00:00:00"   | type
                    timestamp | {timezone: false}               | "2024-01-01T00:00:00Z"  | type
                    timestamp | {minimum: "2024-01-01T00:00:00Z"} | "2024-01-01T01:00:00+02:00" | minimum
                    timestamp | {minimum: "2024-01-01T00:00:00Z", defaultTimezone: Europe/Berlin} | "2024-01-01T00:30:00" | minimum
                    timestamp | {format: "yyyy-MM-dd HH:mm"}    | "2024-01-01 10:00"      | none
                    time      | {}                              | "10:15:30"              | none
                    time      | {}                              | "25:00"                 | type
                    time      | {maximum: "10:00"}              | "10:00:01"              | maximum
                    array     | {minItems: 2}                   | [1]                     | min_items
                    array     | {maxItems: 1}                   | [1, 2]                  | max_items
                    array     | {uniqueItems: true}             | [1, 1.0]                | unique_items
                    array     | {uniqueItems: true}             | [1, "1"]                | none
                    array     | {}                              | {"a": 1}                | type
                    object    | {minProperties: 2}              | {"a": 1}                | min_properties
                    object    | {maxProperties: 1}              | {"a": 1, "b": 2}        | max_properties
                    object    | {required: [b]}                 | {"a": 1}                | required
                    object    | {required: [b]}                 | {"b": null}             | required
                    object    | {}                              | []                      | type
                    """)
    void jsonValuesAreHeldToTheirTypeAndItsOptions(String type, String options, String value, String fails) {
        var table = table("[{name: c, logicalType: " + type + ", logicalTypeOptions: " + options + "}]", "[]");

        assertThat(brief(json(table, "[{\"c\": " + value + "}]")))
                .isEqualTo(fails == null ? List.of() : List.of(fails + " c 1"));
    }

    @ParameterizedTest(name = "CSV {0}: {1} fails {2}")
    @CsvSource(delimiter = '|', nullValues = "none", textBlock = """
                    integer   | 5              | none
                    integer   | ' 5 '          | none
                    integer   | 5.0            | none
                    integer   | five           | type
                    number    | -1.5e3         | none
                    number    | NaN            | type
                    number    | 1_000          | type
                    boolean   | TRUE           | none
                    boolean   | yes            | type
                    string    | 5              | none
                    date      | 2024-01-31     | none
                    timestamp | 2024-01-31T00:00:00Z | none
                    array     | [1]            | none
                    array     | (1)            | type
                    object    | {}             | none
                    """)
    void csvTextIsFineWhereItCanBeCast(String type, String value, String fails) {
        var table = table("[{name: c, logicalType: " + type + "}]", "[]");

        assertThat(brief(csv(table, "c\n" + value + "\n")))
                .isEqualTo(fails == null ? List.of() : List.of(fails + " c 1"));
    }

    @Test
    void aRequiredColumnThatNoRowHasIsMissingAndOneThatSomeRowsLackIsNullThere() {
        var table = table("[{name: a, required: true}, {name: b, required: true}, {name: c}]", "[]");

        assertThat(brief(json(table, "[{\"a\": 1}, {\"a\": null}, {}]")))
                .containsExactly("required a 2", "missing_column b 3");
    }

    @Test
    void everyDeclaredColumnMustStandInTheHeaderOfCsv() {
        var table = table("[{name: a}, {name: b, physicalName: b_phys}, {name: c}]", "[]");

        assertThat(brief(csv(table, "a,b_phys\n1,2\n"))).containsExactly("missing_column c 1");
    }

    @Test
    void aRowThatRepeatsAUniqueValueCountsWithTheRowThatItRepeats() {
        var table = table("[{name: a, unique: true}]", "[]");
        ValidationReport report =
                json(table, "[{\"a\": 1}, {\"a\": 2}, {\"a\": 1.0}, {\"a\": null}, {\"a\": null}, {\"a\": 1}]");

        assertThat(brief(report)).containsExactly("unique a 3");
        assertThat(report.issues().getFirst().sample())
                .containsExactly(
                        "{\"row\":2,\"same_as\":0,\"values\":{\"a\":1.0}}",
                        "{\"row\":5,\"same_as\":0,\"values\":{\"a\":1}}");
    }

    @Test
    void thePrimaryKeyIsTheCombinationOfItsColumnsInTheirPositions() {
        var table = table(
                "[{name: a, primaryKey: true, primaryKeyPosition: 2}, {name: b, primaryKey: true, primaryKeyPosition: 1}]",
                "[]");

        assertThat(brief(json(table, "[{\"a\": 1, \"b\": 1}, {\"a\": 1, \"b\": 2}, {\"a\": 1, \"b\": 1}, {\"b\": 1}]")))
                .containsExactly("required a 1", "primary_key b,a 2");
    }

    @Test
    void nestedValuesAreCheckedWhereTheyStandAndARowCountsOnce() {
        var table = table(
                "[{name: o, properties: [{name: p, logicalType: integer, required: true}]},"
                        + " {name: l, items: {logicalType: integer}}]",
                "[]");

        assertThat(
                        brief(
                                json(
                                        table,
                                        "[{\"o\": {\"p\": \"x\"}, \"l\": [\"a\", \"b\", 1]}, {\"o\": {}, \"l\": []}, {\"o\": 1, \"l\": null}]")))
                .containsExactly("type o 1", "type o.p 1", "required o.p 1", "type l[] 1");
    }

    @Test
    void samplesAreAtMostTenRowsWithLongTextsCut() {
        var table = table("[{name: a, logicalType: integer}]", "[]");
        String row = "{\"a\": \"" + "x".repeat(500) + "\"}";
        ValidationReport report = json(table, "[" + (row + ",").repeat(24) + row + "]");

        Issue issue = report.issues().getFirst();
        assertThat(issue.failingRows()).isEqualTo(25);
        assertThat(issue.sample()).hasSize(10);
        assertThat(issue.sample().get(3)).startsWith("{\"row\":3,").hasSizeLessThan(260);
    }
}
