package io.millrace.registry;

import static io.restassured.RestAssured.given;

import io.restassured.RestAssured;
import io.restassured.config.EncoderConfig;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;

/** What several tests ask of the registry over REST. */
final class RegistryCalls {
    private RegistryCalls() {}

    static RequestSpecification raw() {
        return given().config(RestAssured.config()
                .encoderConfig(EncoderConfig.encoderConfig()
                        .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                        .encodeContentTypeAs("application/yaml", ContentType.TEXT)
                        .encodeContentTypeAs("application/x-ndjson", ContentType.TEXT)));
    }

    static ValidatableResponse register(String yaml) {
        return raw().contentType("application/yaml")
                .body(yaml)
                .post("/v1/data-products")
                .then();
    }
}
