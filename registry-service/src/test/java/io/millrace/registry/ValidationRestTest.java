package io.millrace.registry;

import static io.millrace.registry.RegistryCalls.raw;
import static io.millrace.registry.RegistryCalls.register;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@QuarkusTestResource(RegistryPostgres.class)
class ValidationRestTest {
    @Test
    void rowsAreValidatedInEveryFormat() {
        register(ContractTexts.odcs(
                        "checked",
                        "visits",
                        "1",
                        "[{name: id, logicalType: integer, required: true, unique: true}, {name: page, logicalType: string}]",
                        "[{metric: rowCount, mustBeGreaterThan: 2}]"))
                .statusCode(201);
        String path = "/v1/data-products/checked/visits/validate";

        raw().contentType("application/json")
                .body("[{\"id\": 1, \"page\": \"a\"}, {\"id\": \"2\"}]")
                .post(path)
                .then()
                .statusCode(200)
                .body("schema_compliant", equalTo(false))
                .body("quality_compliant", equalTo(false))
                .body("rows", equalTo(2))
                .body("issues.check", equalTo(List.of("type", "row_count")))
                .body("issues[0].sample[0].row", equalTo(1))
                .body("issues[0].sample[0].values.id", equalTo("2"))
                .body("issues[0].schema", equalTo(true));
        raw().contentType("application/json")
                .body("{\"schema\": \"visits\", \"rows\": [{\"id\": 1}, {\"id\": 2}, {\"id\": 3}]}")
                .post(path)
                .then()
                .body("issues", empty());
        raw().contentType("application/x-ndjson")
                .body("{\"id\": 1}\n{\"id\": 1}\n{\"id\": 3}\n")
                .post(path)
                .then()
                .body("issues.check", equalTo(List.of("unique")))
                .body("issues[0].failing_rows", equalTo(2));
        raw().contentType("text/csv")
                .body("id,page\n1,a\n2,b\n3,c\n")
                .post(path)
                .then()
                .body("schema_compliant", equalTo(true))
                .body("quality_compliant", equalTo(true));
        raw().contentType("text/csv")
                .body("id,page\n1\n")
                .post(path)
                .then()
                .statusCode(400)
                .body("reason", equalTo("ROWS_UNREADABLE"));
        raw().contentType("application/json")
                .body("{\"schema\": \"nope\", \"rows\": []}")
                .post(path)
                .then()
                .statusCode(404)
                .body("reason", equalTo("SCHEMA_NOT_FOUND"));
    }

    @Test
    void parquetRowsAreValidatedAndBytesThatAreNoneAreRefused(@TempDir Path folder) throws Exception {
        register(ContractTexts.odcs(
                        "checked",
                        "parquet",
                        "1",
                        "[{name: id, logicalType: integer, primaryKey: true}, {name: at, logicalType: timestamp},"
                                + " {name: day, logicalType: date}, {name: tags, logicalType: array}, {name: o, logicalType: object},"
                                + " {name: price, logicalType: number, logicalTypeOptions: {maximum: 1.5}},"
                                + " {name: text, logicalType: integer}]",
                        "[]"))
                .statusCode(201);
        Path file = folder.resolve("rows.parquet");
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement()) {
            statement.execute(
                    "COPY (SELECT i AS id, TIMESTAMP '2024-01-01' AS at, DATE '2024-01-01' AS day, ['a', 'b'] AS tags,"
                            + " {'x': 1} AS o, (i / 2)::DECIMAL(9, 2) AS price, i::VARCHAR AS text FROM range(5) t(i)) TO '"
                            + file
                            + "' (FORMAT parquet)");
        }
        byte[] bytes = Files.readAllBytes(file);
        String path = "/v1/data-products/checked/parquet/validate";

        raw().contentType("application/vnd.apache.parquet")
                .body(bytes)
                .post(path)
                .then()
                .statusCode(200)
                .body("rows", equalTo(5))
                .body("issues.check", equalTo(List.of("maximum", "type")))
                .body("issues.column", equalTo(List.of("price", "text")))
                .body("issues.failing_rows", equalTo(List.of(1, 5)));
        bytes[bytes.length / 2] ^= 0x55;
        Arrays.fill(bytes, 4, bytes.length - 4, (byte) 0x7f);
        raw().contentType("application/vnd.apache.parquet")
                .body(bytes)
                .post(path)
                .then()
                .statusCode(400)
                .body("reason", equalTo("ROWS_UNREADABLE"));
    }

    @Test
    void sqlRulesRunLockedDown() {
        String rules = """
                [{type: sql, name: sums, query: "SELECT SUM(n) FROM {object}", mustBe: 6},
                 {type: sql, name: wrong, query: "SELECT COUNT(*) FROM ${table} WHERE n > 1", mustBe: 0},
                 {type: sql, name: files, query: "SELECT COUNT(*) FROM read_text('/etc/hostname')", mustBe: 0},
                 {type: sql, name: writes, query: "COPY {object} TO '/dev/shm/registry-sql-rule'", mustBe: 0},
                 {type: sql, name: settings, query: "SET enable_external_access=true", mustBe: 0},
                 {type: sql, name: endless, query: "SELECT COUNT(*) FROM range(100000000) a, range(100000000) b", mustBe: 0}]""";
        register(ContractTexts.odcs(
                        "checked", "sql", "1", "[{name: n, logicalType: integer}]", rules.replace("\n", " ")))
                .statusCode(201);

        raw().contentType("application/json")
                .body("[{\"n\": 1}, {\"n\": 2}, {\"n\": 3}]")
                .post("/v1/data-products/checked/sql/validate")
                .then()
                .statusCode(200)
                .body("quality_compliant", equalTo(false))
                .body(
                        "issues.check",
                        equalTo(List.of("sql", "not_checked", "not_checked", "not_checked", "not_checked")))
                .body("issues[0].message", equalTo("wrong: the query answers 2, mustBe 0"));
        assertThat(Path.of("/dev/shm/registry-sql-rule")).doesNotExist();
    }

    @Test
    void rowsAreCheckedAgainstAContractThatIsSentAlong() {
        String contract = ContractTexts.plain("sent", "along", "x");
        raw().contentType("application/json")
                .body(Map.of("contract", contract, "rows", List.of(Map.of("other", 1))))
                .post("/v1/validate")
                .then()
                .statusCode(200)
                .body("issues.check", equalTo(List.of("missing_column")))
                .body("issues.column", hasItem("id"));
        given().multiPart("contract", contract)
                .multiPart("schema", "along")
                .multiPart("rows", "rows.csv", "id,x\n1,\n2,\n".getBytes(StandardCharsets.UTF_8), "text/csv")
                .post("/v1/validate")
                .then()
                .statusCode(200)
                .body("rows", equalTo(2))
                .body("issues.check", equalTo(List.of("null_share")))
                .body("issues[0].column", equalTo("x"));
        given().multiPart("contract", contract).post("/v1/validate").then().statusCode(400);
        raw().contentType("application/json")
                .body("[]")
                .post("/v1/validate")
                .then()
                .statusCode(400);
        raw().contentType("application/json")
                .body("{\"rows\": []}")
                .post("/v1/validate")
                .then()
                .statusCode(400);
    }
}
