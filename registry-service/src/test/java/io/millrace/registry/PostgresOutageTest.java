package io.millrace.registry;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.millrace.proto.registry.v1.GetDataProductRequest;
import io.millrace.proto.registry.v1.RegistryServiceGrpc;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RegistryPostgres.class)
class PostgresOutageTest {
    @AfterEach
    void bringPostgresBack() {
        RegistryPostgres.comeBack();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> given().get("/v1/data-products").header("Age") == null);
    }

    private static Response register(String description) {
        return given().contentType(ContentType.TEXT)
                .body(ContractTexts.plain("outage", "lights", description))
                .post("/v1/data-products");
    }

    private static Response management(String path) {
        int port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        return given().port(port).get(path);
    }

    @Test
    void readsAreAnsweredFromMemoryAndSayHowOldTheyAreWritesFailAndAllRecovers() {
        register("before").then().statusCode(201);
        register("before too").then().statusCode(201);
        given().get("/v1/data-products/outage/lights?revision=1").then().statusCode(200);

        RegistryPostgres.goAway();

        given().get("/v1/data-products/outage/lights")
                .then()
                .statusCode(200)
                .header("Age", notNullValue())
                .body("contract.description.purpose", equalTo("before too"));
        given().get("/v1/data-products/outage/lights?revision=1")
                .then()
                .statusCode(200)
                .header("Age", notNullValue())
                .body("contract.description.purpose", equalTo("before"));
        given().get("/v1/data-products/outage/lights/revisions")
                .then()
                .header("Age", notNullValue())
                .body("revisions", hasSize(2));
        given().queryParam("domain", "outage")
                .get("/v1/data-products")
                .then()
                .header("Age", notNullValue())
                .body("data_products.name", hasItem("lights"));
        given().queryParam("q", "lights")
                .get("/v1/search")
                .then()
                .header("Age", notNullValue())
                .body("data_products.name", hasItem("lights"));
        given().contentType(ContentType.JSON)
                .body("[{\"id\": 1}]")
                .post("/v1/data-products/outage/lights/validate")
                .then()
                .statusCode(200)
                .header("Age", notNullValue())
                .body("quality_compliant", equalTo(true));
        try (var channel = new GrpcChannel()) {
            var answer = RegistryServiceGrpc.newBlockingStub(channel.channel())
                    .getDataProduct(GetDataProductRequest.newBuilder()
                            .setDomain("outage")
                            .setName("lights")
                            .build());
            assertThat(answer.hasCacheAgeSeconds()).isTrue();
            assertThat(answer.getDataProduct().getRevision()).isEqualTo(2);
        }
        given().get("/v1/data-products/outage/none")
                .then()
                .statusCode(503)
                .body("reason", equalTo("STORE_UNAVAILABLE"));
        register("during").then().statusCode(503).body("reason", equalTo("STORE_UNAVAILABLE"));
        management("/q/health/ready")
                .then()
                .statusCode(200)
                .body("checks.find { it.name == 'catalogue' }.data.postgres", notNullValue())
                .body("checks.find { it.name == 'catalogue' }.data.cache_age_seconds", notNullValue());
        management("/q/health/live").then().statusCode(200);

        RegistryPostgres.comeBack();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(register("after").statusCode()).isEqualTo(201));
        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> given().get("/v1/data-products/outage/lights")
                .then()
                .header("Age", (String) null)
                .body("revision", equalTo(3)));
    }

    @Test
    void aReadDuringAnOutageIsQuickOnceTheOutageIsKnown() {
        register("quick").then().statusCode(anyOf(equalTo(200), equalTo(201)));
        RegistryPostgres.goAway();
        given().get("/v1/data-products/outage/lights").then().statusCode(200);

        long begun = System.nanoTime();
        given().get("/v1/data-products/outage/lights").then().statusCode(200).header("Age", notNullValue());

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofMillis(900));
    }
}
