package io.millrace.edge.rest;

import static io.restassured.RestAssured.given;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;

/** What several tests ask of the gateway over REST. */
final class GatewayCalls {
    static final String SUMMARY =
            "\"record_count\":12,\"quality_score\":0.75,\"last_updated\":\"2026-01-01T00:00:00+01:00\",\"firmware\":\"7.1\"";

    private GatewayCalls() {}

    static ValidatableResponse register(String body) {
        return given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/nodes")
                .then();
    }

    static ValidatableResponse push(String node, long sequence) {
        return given().contentType(ContentType.JSON)
                .body("{\"sequence\":" + sequence + "," + SUMMARY + "}")
                .post("/v1/nodes/" + node + "/summary")
                .then();
    }
}
