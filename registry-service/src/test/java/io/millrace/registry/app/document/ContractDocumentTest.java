package io.millrace.registry.app.document;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.gate.Refusal;
import io.millrace.registry.app.RegistryReason;
import io.millrace.registry.domain.DataContract;
import io.millrace.registry.domain.ProductId;
import io.millrace.registry.domain.QualityRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContractDocumentTest {
    private static final String HEAD = """
            apiVersion: v3.1.0
            kind: DataContract
            id: x
            version: 1.0.0
            status: active
            domain: d
            name: n
            """;

    private static List<String> faults(String content) {
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> ContractDocument.read("c.yaml", content));
        assertThat(refusal).as("is refused").isNotNull();
        assertThat(refusal.reason()).isEqualTo(RegistryReason.CONTRACT_INVALID);
        return refusal.details().stream()
                .map(detail -> detail.where() + " @ " + detail.what())
                .toList();
    }

    private static String example() {
        try (InputStream file = ContractDocumentTest.class.getResourceAsStream("/orders.odcs.yaml")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aFullOdcsDocumentIsReadWhole() {
        ContractDocument document = ContractDocument.read("orders.odcs.yaml", example());
        DataContract contract = document.contract();

        assertThat(contract.product()).isEqualTo(new ProductId("sales", "orders"));
        assertThat(contract.version()).isEqualTo("2.1");
        assertThat(contract.schema()).singleElement().satisfies(table -> {
            assertThat(table.columns()).hasSize(10);
            assertThat(table.rules()).hasSize(5);
        });
        assertThat(document.json())
                .contains("\"version\":\"2.1\"")
                .contains("\"dateIn\":\"2024-01-01\"")
                .contains("\"value\":{\"nested\":[1,2,{\"deep\":true}]}");
        assertThat(document.digest()).matches("[0-9a-f]{64}");
    }

    @Test
    void whatWasStoredReadsBackToTheSameDigest() {
        ContractDocument document = ContractDocument.read("orders.odcs.yaml", example());

        ContractDocument again = ContractDocument.read("stored", document.json());

        assertThat(again.digest()).isEqualTo(document.digest());
        assertThat(again.json()).isEqualTo(document.json());
    }

    @Test
    void everyFaultIsNamedWithItsPathItsLineAndTheNearestName() {
        assertThat(faults(HEAD + """
                        stauts: draft
                        schema:
                          - name: t
                            properties:
                              - name: a
                                logicalType: strng
                              - logicalType: integer
                                logicalTypeOptions: {minLength: 3}
                              - name: c
                                requierd: true
                                quality:
                                  - {metric: nullValues, mustBe: 0, mustBeLessThan: 1}
                                  - {metric: rowCount}
                        slaProperties:
                          - {property: latency, unit: h}
                        """))
                .containsExactly(
                        "stauts @ c.yaml:8: an ODCS document has no field 'stauts'; did you mean 'status'?",
                        "schema[0].properties[0].logicalType @ c.yaml:13: 'strng' is none of [string, date, timestamp, time, number,"
                                + " integer, object, array, boolean]; did you mean 'string'?",
                        "schema[0].properties[1].logicalTypeOptions.minLength @ c.yaml:15: logicalTypeOptions of type integer has no"
                                + " field 'minLength'",
                        "schema[0].properties[1].name @ c.yaml:14: 'name' is missing: a property of type integer needs it",
                        "schema[0].properties[2].requierd @ c.yaml:17: a property has no field 'requierd'; did you mean 'required'?",
                        "slaProperties[0].value @ c.yaml:22: 'value' is missing: an SLA property needs it",
                        "schema[0].properties[2].quality[0] @ c.yaml:19: a rule has exactly one operator, this has mustBe,"
                                + " mustBeLessThan",
                        "schema[0].properties[2].quality[1] @ c.yaml:20: a rule needs one operator: mustBe, mustNotBe,"
                                + " mustBeGreaterThan, mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween,"
                                + " mustNotBeBetween");
    }

    @Test
    void jsonFaultsNameTheirLinesToo() {
        assertThat(faults(
                        "{\n \"apiVersion\": \"v3.1.0\",\n \"kind\": \"DataContract\",\n \"id\": \"x\",\n \"version\": 1,\n"
                                + " \"status\": \"active\",\n \"domain\": \"d\",\n \"name\": \"n\"}"))
                .containsExactly("version @ c.yaml:5: expected text, was 1");
    }

    @Test
    void whatAShapeCannotSayIsCheckedToo() {
        assertThat(faults(HEAD + """
                        schema:
                          - name: t
                            properties:
                              - {name: a, logicalType: string, logicalTypeOptions: {pattern: "[a", minLength: 5, maxLength: 4}}
                              - {name: a, logicalType: number, logicalTypeOptions: {minimum: 2, maximum: 1, multipleOf: 0}}
                              - {name: b, logicalType: date, logicalTypeOptions: {format: "qqq{", minimum: yesterday}}
                              - {name: e, logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Mars/Olympus}}
                              - {name: f, quality: [{metric: invalidValues, mustBe: 0}, {metric: rowCount, unit: percent, mustBe: 1}]}
                              - {name: g, quality: [{metric: nullValues, unit: apples, mustBeBetween: [2, 1]}]}
                            quality:
                              - {metric: missingValues, mustBe: 0}
                              - {metric: duplicateValues, arguments: {properties: [nope]}, mustBe: 0}
                          - {name: t}
                        """))
                .extracting(fault -> fault.substring(0, fault.indexOf(" @")))
                .containsExactly(
                        "schema[0].properties[0].logicalTypeOptions.minLength",
                        "schema[0].properties[0].logicalTypeOptions.pattern",
                        "schema[0].properties[1].logicalTypeOptions.minimum",
                        "schema[0].properties[1].logicalTypeOptions.multipleOf",
                        "schema[0].properties[2].logicalTypeOptions.format",
                        "schema[0].properties[2].logicalTypeOptions.minimum",
                        "schema[0].properties[3].logicalTypeOptions.defaultTimezone",
                        "schema[0].properties[4].quality[0].arguments",
                        "schema[0].properties[4].quality[1].unit",
                        "schema[0].properties[5].quality[0].mustBeBetween",
                        "schema[0].properties[5].quality[0].unit",
                        "schema[0].properties[1].name",
                        "schema[0].quality[0].metric",
                        "schema[0].quality[1].arguments.properties",
                        "schema[1].name");
    }

    @Test
    void thePlainFormBecomesTheOdcsDocumentThatSaysTheSame() {
        ContractDocument document = ContractDocument.read("p.yaml", """
                name: departures
                domain: flights
                description: Every departure
                owners: [ops@example.org, ada]
                consumers: [delay-model]
                schema_version: 1.0
                quality_sla:
                  required_columns: [flight_id, origin]
                  max_null_percentage: 2.5
                  refresh_frequency: 15m
                """);

        assertThat(document.json())
                .isEqualTo(
                        "{\"apiVersion\":\"v3.1.0\",\"description\":{\"purpose\":\"Every departure\"},\"domain\":\"flights\","
                                + "\"id\":\"urn:millrace:data-product:flights:departures\",\"kind\":\"DataContract\",\"name\":\"departures\","
                                + "\"roles\":[{\"access\":\"read\",\"role\":\"delay-model\"}],"
                                + "\"schema\":[{\"name\":\"departures\",\"properties\":[{\"name\":\"flight_id\",\"required\":true},"
                                + "{\"name\":\"origin\",\"required\":true}],\"quality\":[{\"dimension\":\"completeness\",\"metric\":\"nullValues\","
                                + "\"mustBeLessOrEqualTo\":2.5,\"name\":\"max_null_percentage\",\"unit\":\"percent\"}]}],"
                                + "\"slaProperties\":[{\"property\":\"frequency\",\"unit\":\"m\",\"value\":15}],\"status\":\"active\","
                                + "\"team\":{\"members\":[{\"role\":\"owner\",\"username\":\"ops@example.org\"},"
                                + "{\"role\":\"owner\",\"username\":\"ada\"}]},\"version\":\"1.0\"}");
    }

    @Test
    void thePlainFormAllowsFivePercentOfNullsWhereItDoesNotSay() {
        DataContract contract = ContractDocument.read("p.yaml", "name: n\ndomain: d\nschema_version: '1'\n")
                .contract();

        assertThat(contract.schema().getFirst().rules()).singleElement().satisfies(rule -> {
            var library = (QualityRule.Library) rule;
            assertThat(library.percent()).isTrue();
            assertThat(library.condition()).hasToString("mustBeLessOrEqualTo 5");
        });
    }

    @Test
    void thePlainFormsFaultsNameItsOwnFields() {
        assertThat(faults("""
                        name: n
                        domain: d
                        schema_version: 1
                        owner: [me]
                        quality_sla:
                          required_columns: [a, a]
                          max_null_percentage: 101
                        """))
                .containsExactly(
                        "owner @ c.yaml:4: a data product has no field 'owner'; did you mean 'owners'?",
                        "quality_sla.required_columns[1] @ c.yaml:6: column 'a' stands twice",
                        "quality_sla.max_null_percentage @ c.yaml:7: must be between 0 and 100, was 101");
    }

    @Test
    void hostileIdentifiersAreRefused() {
        for (String name : List.of(
                "../etc", "a/b", "%2e%2e", "a\\0b", "*", "a'b", ".hidden", "a b", "a\\u202Eb", "", "x".repeat(129))) {
            assertThat(faults(HEAD.replace("name: n", "name: \"" + name + "\"")))
                    .as(name)
                    .singleElement()
                    .satisfies(fault -> assertThat(fault).startsWith("name @ c.yaml:7"));
        }
    }

    @Test
    void aNameForPeopleIsRefusedWithAnIdentifierThatWouldDo() {
        assertThat(faults(HEAD.replace("name: n", "name: My Orders (EU)")))
                .singleElement()
                .satisfies(fault -> assertThat(fault).endsWith("such as 'my-orders-eu'"));
    }

    @Test
    void bombsTagsDepthAndHugeDocumentsAreFaultsAndNothingElse() {
        assertThat(faults("a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n")).isNotEmpty();
        assertThat(faults("a: " + "[".repeat(10_000))).isNotEmpty();
        assertThat(faults("a: !!javax.script.ScriptEngineManager [x]\n")).isNotEmpty();
        assertThat(faults("a: !local x\n")).isNotEmpty();
        assertThat(faults("{\"a\":" + "[".repeat(1001) + "]".repeat(1001) + "}"))
                .isNotEmpty();
        assertThat(faults("{\"a\":" + "1".repeat(1001) + "}")).isNotEmpty();
        assertThat(faults("a: " + "x".repeat(2 << 20))).isNotEmpty();
        assertThat(faults("- a list\n")).isNotEmpty();
        assertThat(faults("")).isNotEmpty();
        assertThat(faults(HEAD + "---\n" + HEAD)).isNotEmpty();
        assertThat(faults(HEAD
                        + "schema: [{name: t, properties: [{name: a, logicalType: string, logicalTypeOptions: {pattern:"
                        + " '((a{100}){100}){100}'}}]}]\n"))
                .isNotEmpty();
    }
}
