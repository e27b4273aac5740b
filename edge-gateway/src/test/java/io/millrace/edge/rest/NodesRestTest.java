package io.millrace.edge.rest;

import static io.millrace.edge.rest.GatewayCalls.register;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.is;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(GatewayProfile.class)
class NodesRestTest {
    @Test
    void nodesAreRegisteredOneAndManyListedByPageAndRemoved() {
        register("{\"id\":\"page-1\",\"domain\":\"pages\",\"interval\":\"30s\"}")
                .statusCode(200)
                .body("created", is(1));
        register(
                        "[{\"id\":\"page-2\",\"domain\":\"pages\"},{\"id\":\"page-1\",\"domain\":\"pages\",\"interval_seconds\":60},{\"id\":\"page-3\",\"domain\":\"pages\"}]")
                .statusCode(200)
                .body("created", is(2))
                .body("updated", is(1));

        String token = given().queryParam("domain", "pages")
                .queryParam("page_size", 2)
                .get("/v1/nodes")
                .then()
                .statusCode(200)
                .body("nodes.id", equalTo(List.of("page-1", "page-2")))
                .body("nodes[0].interval_seconds", is(60))
                .body("nodes[0].status", is("never_seen"))
                .extract()
                .path("next_page_token");
        given().queryParam("domain", "pages")
                .queryParam("page_size", 2)
                .queryParam("page_token", token)
                .get("/v1/nodes")
                .then()
                .body("nodes.id", equalTo(List.of("page-3")))
                .body("next_page_token", nullValue());

        given().delete("/v1/nodes/page-2").then().statusCode(204);
        given().delete("/v1/nodes/page-2").then().statusCode(404).body("reason", is("NODE_NOT_FOUND"));
        given().queryParam("page_size", 1_001)
                .get("/v1/nodes")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_PAGE"));
        given().queryParam("page_token", "***")
                .get("/v1/nodes")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_PAGE"));
    }

    @Test
    void aBadRegistrationRegistersNothingAndNamesEachFault() {
        register(
                        "[{\"id\":\"bad-1\",\"domain\":\"airports\"},{\"id\":\"../x\",\"domain\":\"airports\"},{\"id\":\"bad-3\",\"domain\":\"airports\",\"interval\":\"2d\"}]")
                .statusCode(400)
                .contentType("application/problem+json")
                .body("reason", is("INVALID_NODE"))
                .body("errors.where", hasItems("nodes[1].id", "nodes[2].interval"));
        given().get("/v1/nodes/bad-1").then().statusCode(404);
        register("{\"id\":\"bad-4\",\"domain\":\"harbours\",\"url\":\"http://127.0.0.1:80\"}")
                .statusCode(403)
                .body("reason", is("ADDRESS_NOT_ALLOWED"));
        register("{\"id\":\"bad-5\",\"domain\":\"airports\",\"urll\":\"x\"}")
                .statusCode(400)
                .body("detail", containsString("urll"));
        register("{\"id\":").statusCode(400);
    }

    @Test
    void definitionFilesAreAppliedWithFaultsAtTheirLines() {
        var good = Map.of(
                "files",
                List.of(Map.of(
                        "path",
                        "n.yaml",
                        "content",
                        "kind: EdgeNodes\nnodes:\n  - {id: applied-1, domain: airports, interval: 10s}\n")));
        given().contentType(ContentType.JSON)
                .body(good)
                .queryParam("dry_run", true)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(200)
                .body("created", is(1))
                .body("nodes.id", equalTo(List.of("applied-1")))
                .body("nodes.change", equalTo(List.of("created")));
        given().get("/v1/nodes/applied-1").then().statusCode(404);
        given().contentType(ContentType.JSON)
                .body(good)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(200)
                .body("created", is(1));
        given().contentType(ContentType.JSON)
                .body(good)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(200)
                .body("unchanged", is(1));
        var bad = Map.of(
                "files",
                List.of(Map.of(
                        "path",
                        "n.yaml",
                        "content",
                        "kind: EdgeNodes\nnodes:\n  - {id: applied-2, domian: airports}\n")));
        given().contentType(ContentType.JSON)
                .body(bad)
                .post("/v1/nodes/apply")
                .then()
                .statusCode(400)
                .body("reason", is("INVALID_DEFINITION"))
                .body("errors.where", everyItem(is("n.yaml:3")))
                .body("errors.what", hasItem(containsString("domain")));
    }
}
