package io.millrace.features.rest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Plain HTTP to the running service: REST Assured would choose a content type. */
abstract class FeastServerUnderTest {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    @TestHTTPResource("/")
    @Nullable
    URI root;

    static void apply(String yaml) {
        Response answer = await().atMost(PATIENCE)
                .until(
                        () -> given().contentType(ContentType.JSON)
                                .body(Map.of("files", List.of(Map.of("path", "views.yaml", "content", yaml))))
                                .post("/v1/feature-views"),
                        response -> response.statusCode() != 503);
        assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(200);
    }

    /** @param contentType empty for none */
    HttpResponse<String> post(String path, String body, String contentType) {
        var request = HttpRequest.newBuilder(Objects.requireNonNull(root).resolve(path))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (!contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        return send(request.build());
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(Objects.requireNonNull(root).resolve(path))
                .build());
    }

    HttpResponse<String> read(String body) {
        return post("/get-online-features", body, "application/json");
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A FeastError as its client expects it: JSON in a JSON string, as Python's json.dumps writes both. */
    static String feastError(String type, String message) {
        return "\"{\\\"module\\\": \\\"feast.errors\\\", \\\"class\\\": \\\"" + type + "\\\", \\\"message\\\": \\\""
                + message + "\\\"}\"";
    }
}
