package io.millrace.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.platform.Service;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Calls feature-service of the running platform over REST. */
final class FeatureCalls implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int REFUSED = 400;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;

    FeatureCalls() {
        PortPlan ports = Main.running().ports();
        this.address = URI.create("http://127.0.0.1:" + ports.rest(Service.FEATURES));
    }

    ObjectMapper json() {
        return json;
    }

    JsonNode post(String path, JsonNode body) {
        return send(HttpRequest.newBuilder(address.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .timeout(PATIENCE)
                .build());
    }

    /** Without a body. */
    JsonNode post(String path) {
        return send(HttpRequest.newBuilder(address.resolve(path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build());
    }

    JsonNode get(String path) {
        return send(
                HttpRequest.newBuilder(address.resolve(path)).timeout(PATIENCE).build());
    }

    private JsonNode send(HttpRequest request) {
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            JsonNode answer = json.readTree(response.body());
            if (response.statusCode() >= REFUSED) {
                throw CommandFailure.failed(answer.path("detail").asText(response.body()));
            }
            return answer;
        } catch (IOException e) {
            throw CommandFailure.failed("feature-service does not answer: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.failed("interrupted");
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
