package io.millrace.features.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.features.RealBroker;
import io.millrace.features.app.Views;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cases 25, 26 and 28 of what the services are held to, at every REST door: what is sent to do harm is the sender's fault, and is answered at once. */
@QuarkusTest
@QuarkusTestResource(RealBroker.class)
class HostileRequestsTest extends FeastServerUnderTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> DOORS = List.of(
            "/get-online-features",
            "/push",
            "/write-to-online-store",
            "/retrieve-online-documents",
            "/v1/push",
            "/v1/feature-views",
            "/v1/deletions",
            "/v1/materializations",
            "/v1/training-sets");
    private static final List<String> NAMES = List.of(
            "../../etc/passwd",
            "..",
            "%2e%2e%2fetc",
            "a\0b",
            "*",
            "user_*",
            "a\"b",
            "a'; drop table users; --",
            "user\u202Ereversed",
            "\u200Fuser",
            "us\u200Ber",
            "\u0443ser",
            "user\r\nX-Injected: 1",
            "User",
            "user activity",
            "user@",
            "user@latest",
            "user@v1@v2",
            "",
            "u".repeat(100_000));

    private HttpResponse<String> postJson(String path, String body) {
        return post(path, body, "application/json");
    }

    private static String objectOf(String value) {
        return "{\"view\": \"x\", \"entities\": " + value + ", \"columns\": " + value + ", \"df\": " + value
                + ", \"files\": " + value + ", \"features\": " + value + ", \"key\": " + value + ", \"query\": " + value
                + "}";
    }

    private void everyDoorRefuses(String value) {
        for (String door : DOORS) {
            refused(door, postJson(door, objectOf(value)));
        }
    }

    private static void refused(String door, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(door + ": " + cut(answer)).isEqualTo(400);
        assertThat(answer.body()).as(door).hasSizeLessThan(2_000).doesNotContain("at com.", "Exception:");
    }

    private static String cut(HttpResponse<String> answer) {
        return answer.body().substring(0, Math.min(300, answer.body().length()));
    }

    @Test
    void jsonOfDepth1001IsRefused() {
        everyDoorRefuses("[".repeat(1_000) + "]".repeat(1_000));
    }

    @Test
    void aTextOf20MegabytesIsRefused() {
        String text = "{\"view\": \"" + "a".repeat(20_000_001) + "\"}";
        for (String door : DOORS) {
            refused(door, postJson(door, text));
        }
    }

    @Test
    void aNumberOf1001DigitsIsRefused() {
        everyDoorRefuses("[" + "9".repeat(1_001) + "]");
    }

    @Test
    void aBodyBeyondTheLimitIsTooLarge() throws Exception {
        for (String door : DOORS) {
            HttpRequest request = HttpRequest.newBuilder(
                            Objects.requireNonNull(root).resolve(door))
                    .header("Content-Type", "application/json")
                    .expectContinue(true)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[33 << 20]))
                    .build();

            assertThat(send(request).statusCode()).as(door).isEqualTo(413);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "[1, 2", "{\"a\": }", "\u0000", "nonsense", "{\"a\": 1}{\"b\": 2}", "[]", "\"text\"", "7"})
    void whatIsNoObjectOfJsonIsRefused(String body) {
        for (String door : DOORS) {
            // Feast's server says 422 to JSON that is of another shape.
            assertThat(postJson(door, body).statusCode()).as(door).isIn(400, 422);
        }
    }

    @Test
    void definitionsThatAreBombsAreRefusedWithTheirPlace() {
        String aliases = IntStream.range(1, 12)
                .mapToObj(level -> "a%d: &a%d [%s]"
                        .formatted(
                                level,
                                level,
                                Stream.generate(() -> "*a" + (level - 1))
                                        .limit(10)
                                        .collect(Collectors.joining(","))))
                .collect(Collectors.joining("\n", "a0: &a0 [x]\n", "\n"));
        String deep = "kind: " + "[".repeat(10_000) + "]".repeat(10_000) + "\n";
        String tagged = "kind: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1/\"]]\n";
        for (String yaml : List.of(aliases, deep, tagged, "kind: \"\\u0000\"", "\t- :\n\t\t!")) {
            HttpResponse<String> answer = postJson(
                    "/v1/feature-views", json(Map.of("files", List.of(Map.of("path", "bomb.yaml", "content", yaml)))));

            assertThat(answer.statusCode()).as(cut(answer)).isEqualTo(400);
            assertThat(answer.body())
                    .contains("\"reason\":\"INVALID_DEFINITION\"", "bomb.yaml:")
                    .hasSizeLessThan(20_000);
        }
    }

    @Test
    void namesThatNothingCanHaveAreRefusedWhereverTheyStand() {
        for (String name : NAMES) {
            refusedName(postJson(
                    "/v1/push", json(Map.of("view", name, "columns", Map.of(), "event_timestamps", List.of(1)))));
            refusedName(postJson("/v1/deletions", json(Map.of("view", name, "key", Map.of("user_id", 1)))));
            refusedName(postJson("/v1/deletions", json(Map.of("entity", name, "key", Map.of("user_id", 1)))));
            refusedName(postJson("/v1/materializations", json(Map.of("view", name))));
            refusedName(postJson("/v1/store/rebuild", json(Map.of("view", name))));
            // A reference with two colons or without a view is refused as none.
            if (!name.isEmpty() && !name.contains(":")) {
                refusedName(postJson(
                        "/v1/training-sets",
                        json(Map.of("features", List.of(name + ":amount"), "csv", "user_id,event_timestamp\n"))));
                refusedName(postJson(
                        "/v1/training-sets",
                        json(Map.of("features", List.of("user:" + name), "csv", "user_id,event_timestamp\n"))));
            }
        }
        refusedName(
                postJson("/v1/feature-views", json(Map.of("files", List.of(), "project", "../other", "prune", true))));
    }

    @Test
    void namesInPathsAreRefusedToo() throws Exception {
        for (String name : List.of("%2e%2e", "a\0b", "*", "user\u202Ereversed", "a\"b", "User")) {
            String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8);
            refusedName(get("/v1/feature-views/" + encoded + "/versions/v1"));
            refusedName(get("/v1/feature-views/user/versions/" + encoded));
            refusedName(delete("/v1/feature-views/" + encoded + "/versions/v1"));
            refusedName(delete("/v1/definitions/FeatureView/" + encoded));
            assertThat(get("/v1/jobs/" + encoded).statusCode()).as(name).isEqualTo(404);
            assertThat(get("/v1/deletions/" + encoded).statusCode()).as(name).isEqualTo(404);
            assertThat(get("/v1/materializations/" + encoded).statusCode())
                    .as(name)
                    .isEqualTo(404);
            assertThat(get("/v1/training-sets/" + encoded + "/file").statusCode())
                    .as(name)
                    .isEqualTo(404);
        }
        assertThat(get("/v1/feature-views/%2e%2e/%2e%2e/etc/passwd").statusCode())
                .isBetween(400, 404);
    }

    @Test
    void feastsClientsGetFeastsAnswersToTheSameNames() {
        apply(Views.activity("hostile_names", "v1", "hostile.names"));
        for (String name : List.of("../x", "a\0b", "*", "User", "user\u202Ereversed")) {
            HttpResponse<String> view = read(
                    json(Map.of("features", List.of(name + ":amount"), "entities", Map.of("user_id", List.of(1)))));
            HttpResponse<String> service =
                    read(json(Map.of("feature_service", name, "entities", Map.of("user_id", List.of(1)))));
            HttpResponse<String> feature = read(json(
                    Map.of("features", List.of("hostile_names:" + name), "entities", Map.of("user_id", List.of(1)))));

            assertThat(view.statusCode()).isEqualTo(404);
            assertThat(view.body()).contains("FeatureViewNotFoundException");
            assertThat(service.statusCode()).isEqualTo(404);
            assertThat(service.body()).contains("FeatureServiceNotFoundException");
            assertThat(feature.statusCode()).isEqualTo(404);
            assertThat(feature.body()).contains("FeastObjectNotFoundException");
        }
    }

    private static void refusedName(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(cut(answer)).isEqualTo(400);
        assertThat(answer.body())
                .contains("\"reason\":\"MALFORMED_NAME\"")
                .hasSizeLessThan(1_000)
                .matches("[\\x20-\\x7e…]*");
    }

    private HttpResponse<String> delete(String path) throws Exception {
        URI uri = Objects.requireNonNull(root).resolve(path);
        return send(HttpRequest.newBuilder(uri).DELETE().build());
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
