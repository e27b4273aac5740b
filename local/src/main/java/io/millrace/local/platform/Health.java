package io.millrace.local.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks services whether they are ready, over their management port. */
public final class Health implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final ObjectMapper json = new ObjectMapper();

    /**
     * What a service says of itself.
     *
     * @param why the checks that are down, with their data; empty where it is ready
     */
    public record Answer(boolean ready, String why) {}

    /** Never throws for a service that does not answer: that is an answer too. */
    public Answer ask(PortPlan ports, Service service) {
        var request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + ports.management(service) + "/q/health/ready"))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? new Answer(true, "") : new Answer(false, reasons(response.body()));
        } catch (IOException e) {
            return new Answer(false, "does not answer");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(false, "interrupted");
        }
    }

    private String reasons(String body) {
        try {
            var reasons = new ArrayList<String>();
            for (JsonNode check : json.readTree(body).path("checks")) {
                if (!"UP".equals(check.path("status").asText())) {
                    JsonNode data = check.path("data");
                    reasons.add(check.path("name").asText() + (data.isMissingNode() ? "" : " " + data));
                }
            }
            return String.join("; ", reasons.isEmpty() ? List.of("not ready") : reasons);
        } catch (IOException notJson) {
            return "not ready";
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
