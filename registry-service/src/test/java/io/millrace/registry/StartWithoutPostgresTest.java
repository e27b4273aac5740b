package io.millrace.registry;

import static io.restassured.RestAssured.given;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.millrace.backing.Ports;
import io.millrace.backing.PostgresServer;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
@TestProfile(StartWithoutPostgresTest.NoPostgres.class)
class StartWithoutPostgresTest {
    public static class NoPostgres implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "quarkus.datasource.jdbc.url",
                    "jdbc:postgresql://127.0.0.1:" + Ports.free() + "/postgres",
                    "quarkus.grpc.server.test-port",
                    Integer.toString(Ports.free()));
        }
    }

    private static void assertReady(int status) {
        int port = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        given().port(port).get("/q/health/ready").then().statusCode(status);
    }

    @Test
    void theServiceStartsSaysWhyItIsNotReadyAndBecomesReadyWhenPostgresAppears(@TempDir Path folder) {
        int management = ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class);
        given().port(management)
                .get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("checks.find { it.name == 'catalogue' }.data.postgres", notNullValue());
        given().port(management).get("/q/health/live").then().statusCode(200);
        given().get("/v1/data-products").then().statusCode(503).body("reason", equalTo("STORE_UNAVAILABLE"));
        given().contentType(ContentType.JSON)
                .body(Map.of("contract", ContractTexts.plain("no", "postgres", "x"), "rows", List.of()))
                .post("/v1/validate")
                .then()
                .statusCode(200);

        int port = Integer.parseInt(ConfigProvider.getConfig()
                .getValue("quarkus.datasource.jdbc.url", String.class)
                .replaceAll(".*:(\\d+)/.*", "$1"));
        try (var postgres = PostgresServer.start(folder, port)) {
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertReady(200));
            given().get("/v1/data-products").then().statusCode(200);
        }
    }
}
