package io.millrace.registry;

import static io.millrace.registry.RegistryCalls.raw;
import static io.millrace.registry.RegistryCalls.register;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

@QuarkusTest
@QuarkusTestResource(RegistryPostgres.class)
class DataProductsRestTest {
    @Test
    void aContractIsARevisionOnceAndAgainWhenItChanges() {
        register(ContractTexts.plain("rest", "orders", "One"))
                .statusCode(201)
                .body("revision", equalTo(1))
                .body("created", equalTo(true))
                .body("contract_version", equalTo("1.0.0"))
                .body("contract.kind", equalTo("DataContract"))
                .body("registered_at", notNullValue());
        register("# a comment\n" + ContractTexts.plain("rest", "orders", "One"))
                .statusCode(200)
                .body("revision", equalTo(1))
                .body("created", equalTo(false));
        register(ContractTexts.plain("rest", "orders", "Two").replace("1.0.0", "1.1.0"))
                .statusCode(201)
                .body("revision", equalTo(2));

        given().get("/v1/data-products/rest/orders")
                .then()
                .statusCode(200)
                .header("Age", nullValue())
                .body("revision", equalTo(2))
                .body("contract.description.purpose", equalTo("Two"));
        given().get("/v1/data-products/rest/orders?revision=1")
                .then()
                .body("revision", equalTo(1))
                .body("contract.description.purpose", equalTo("One"));
        given().get("/v1/data-products/rest/orders?version=1.0.0").then().body("revision", equalTo(1));
        given().get("/v1/data-products/rest/orders?revision=3")
                .then()
                .statusCode(404)
                .contentType(containsString("application/problem+json"))
                .body("reason", equalTo("REVISION_NOT_FOUND"));
        given().get("/v1/data-products/rest/orders/revisions")
                .then()
                .statusCode(200)
                .body("revisions.revision", equalTo(List.of(2, 1)));
        given().get("/v1/data-products/rest/nothing")
                .then()
                .statusCode(404)
                .body("reason", equalTo("DATA_PRODUCT_NOT_FOUND"));
    }

    @Test
    void jsonAndYamlGoInAndComeOutAndAreTheSameContent() throws IOException {
        String yaml = Files.readString(Path.of("src/test/resources/orders.odcs.yaml"));
        String digest = register(yaml).statusCode(201).extract().path("digest");
        String json =
                given().get("/v1/data-products/sales/orders").then().extract().asString();
        String contract = json.substring(json.indexOf("\"contract\":") + 11, json.length() - 1);

        raw().contentType("application/json")
                .body(contract)
                .post("/v1/data-products")
                .then()
                .statusCode(200)
                .body("digest", equalTo(digest));
        String asYaml = given().accept("application/yaml")
                .get("/v1/data-products/sales/orders")
                .then()
                .statusCode(200)
                .contentType(startsWith("application/yaml"))
                .extract()
                .asString();
        Map<String, Object> read = new Yaml().load(asYaml);
        assertThat(read).containsEntry("digest", digest).containsEntry("revision", 1);
        register(new Yaml().dump(read.get("contract"))).statusCode(200).body("digest", equalTo(digest));
    }

    @Test
    void everyFaultOfADocumentIsInTheAnswer() {
        register("name: n\nowner: me\n")
                .statusCode(400)
                .contentType(containsString("application/problem+json"))
                .body("reason", equalTo("CONTRACT_INVALID"))
                .body("errors.where", equalTo(List.of("owner", "domain", "schema_version")))
                .body("errors[0].what", equalTo("body:2: a data product has no field 'owner'; did you mean 'owners'?"));
        raw().contentType("application/json")
                .body("{\"name\": ")
                .post("/v1/data-products")
                .then()
                .statusCode(400)
                .body("reason", equalTo("CONTRACT_INVALID"));
    }

    @Test
    void hostileBodiesAreRefused() {
        List<String> hostile = List.of(
                "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
                "a: " + "[".repeat(10_000) + "]".repeat(10_000),
                "a: !!javax.script.ScriptEngineManager [x]\n",
                "{\"a\":" + "[".repeat(1001) + "]".repeat(1001) + "}",
                "{\"a\":\"" + "x".repeat(20 << 20) + "\"}",
                "{\"a\":" + "1".repeat(1001) + "}",
                "");
        for (String body : hostile) {
            register(body).statusCode(400).body("reason", equalTo("CONTRACT_INVALID"));
        }
        raw().contentType("application/yaml")
                .body(new byte[] {'a', ':', ' ', (byte) 0xff})
                .post("/v1/data-products")
                .then()
                .statusCode(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%252e%252e", "a%00b", "*", "a'b", "a%22b", "a%E2%80%AEb", ".hidden", "a%2Fb", "a%20b"})
    void hostileIdentifiersAreRefusedAtParse(String name) {
        given().urlEncodingEnabled(false)
                .get("/v1/data-products/rest/" + name)
                .then()
                .statusCode(400)
                .body("reason", equalTo("IDENTIFIER_INVALID"));
        given().urlEncodingEnabled(false)
                .contentType("text/csv")
                .body("a\n1\n")
                .post("/v1/data-products/" + name + "/x/validate")
                .then()
                .statusCode(400)
                .body("reason", equalTo("IDENTIFIER_INVALID"));
    }

    @Test
    void aListIsPagedByDomainAndName() {
        for (int i = 0; i < 5; i++) {
            register(ContractTexts.plain("paged", "p" + i, "x")).statusCode(201);
        }
        var names = new ArrayList<String>();
        String token = "";
        do {
            ValidatableResponse page = given().queryParam("domain", "paged")
                    .queryParam("page_size", 2)
                    .queryParam("page_token", token)
                    .get("/v1/data-products")
                    .then()
                    .statusCode(200);
            names.addAll(page.extract().path("data_products.name"));
            token = page.extract().path("next_page_token");
        } while (!token.isEmpty());

        assertThat(names).containsExactly("p0", "p1", "p2", "p3", "p4");
        given().get("/v1/data-products?page_size=1001").then().statusCode(400);
        given().get("/v1/data-products?page_size=two").then().statusCode(400);
        given().get("/v1/data-products?page_token=rubbish").then().body("reason", equalTo("PAGE_TOKEN_INVALID"));
        given().get("/v1/data-products?domain=..").then().body("reason", equalTo("IDENTIFIER_INVALID"));
    }

    @Test
    void aSearchFindsAllWordsInNamesDescriptionsTagsAndColumnsBestFirst() {
        register(ContractTexts.odcs("found", "gateEvents", "1", "[{name: boarding_gate}]", "[]"))
                .statusCode(201);
        register(ContractTexts.plain("found", "planes", "Which plane boarding passengers stand at a gate for"))
                .statusCode(201);

        given().queryParam("q", "boarding GATE")
                .get("/v1/search")
                .then()
                .statusCode(200)
                .body("data_products.name", equalTo(List.of("gateEvents", "planes")));
        String token = given().queryParam("q", "boarding gate")
                .queryParam("page_size", 1)
                .get("/v1/search")
                .then()
                .extract()
                .path("next_page_token");
        given().queryParam("q", "boarding gate")
                .queryParam("page_token", token)
                .get("/v1/search")
                .then()
                .body("data_products.name", equalTo(List.of("planes")))
                .body("next_page_token", equalTo(""));
        given().queryParam("q", "boarding submarine").get("/v1/search").then().body("data_products", empty());
        given().queryParam("q", " ").get("/v1/search").then().statusCode(400);
    }

    @Test
    void concurrentRegistrationsMakeOneRevisionPerContent() throws Exception {
        Set<String> answers = new ConcurrentSkipListSet<>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 40; i++) {
                callers.submit(() -> {
                    ValidatableResponse answer = register(ContractTexts.plain("racing", "same", "the same"));
                    answers.add(answer.extract().statusCode() + ":"
                            + answer.extract().path("revision"));
                });
            }
        }
        assertThat(answers).containsExactlyInAnyOrder("200:1", "201:1");

        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                int number = i;
                callers.submit(() -> register(ContractTexts.plain("racing", "many", "content " + number))
                        .statusCode(201));
            }
        }
        List<Integer> revisions = given().get("/v1/data-products/racing/many/revisions")
                .then()
                .body("revisions", hasSize(20))
                .extract()
                .path("revisions.revision");
        assertThat(revisions).isSortedAccordingTo(Comparator.reverseOrder()).contains(1, 20);
        List<String> digests = given().get("/v1/data-products/racing/many/revisions")
                .then()
                .extract()
                .path("revisions.digest");
        assertThat(Set.copyOf(digests)).hasSize(20);
    }

    @Test
    void theApiDescribesItself() {
        given().get("/openapi?format=json")
                .then()
                .statusCode(200)
                .body("paths.keySet()", hasItem("/v1/data-products/{domain}/{name}/validate"));
    }

    @Test
    void aDryRunRegistersNothing() {
        String contract = ContractTexts.plain("rest", "planned", "as it is");
        planned(contract).body("created", equalTo(true)).body("revision", equalTo(1));
        given().get("/v1/data-products/rest/planned").then().statusCode(404);

        RegistryCalls.register(contract).statusCode(201);
        planned(contract).body("created", equalTo(false)).body("fields", equalTo(List.of()));
        planned(ContractTexts.plain("rest", "planned", "as it will be"))
                .body("created", equalTo(true))
                .body("revision", equalTo(2))
                .body("fields", equalTo(List.of("description.purpose")));
    }

    private static ValidatableResponse planned(String contract) {
        return RegistryCalls.raw()
                .contentType("application/yaml")
                .queryParam("dry_run", true)
                .body(contract)
                .post("/v1/data-products")
                .then()
                .statusCode(200);
    }
}
