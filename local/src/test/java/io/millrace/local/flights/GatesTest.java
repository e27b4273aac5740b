package io.millrace.local.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.backing.Ports;
import io.millrace.definitions.Place;
import io.millrace.local.apply.EdgeNodes.Node;
import io.millrace.local.platform.PortPlan;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GatesTest {
    @Test
    void aGateTellsHowManyFlightsHaveLeftItsAirportAndWhichShareHasLandedAndADeadOneDoesNotAnswer()
            throws IOException, InterruptedException {
        int port = Ports.free();
        int deadPort = Ports.free();
        var nodes = List.of(node("gate-ord", port), node("gate-den-dead", deadPort));
        try (var gates = new Gates(nodes, new PortPlan(PortPlan.DEFAULT_BASE));
                var http = HttpClient.newHttpClient()) {
            gates.sent(FlightScenario.departure(new Flight(0, "ORD", "LAX", 75, 0, 0)));
            gates.sent(FlightScenario.departure(new Flight(1, "ORD", "LAX", 75, 60_000_000, 0)));
            gates.sent(FlightScenario.departure(new Flight(2, "LAX", "ORD", 75, 0, 0)));
            gates.sent(FlightScenario.arrival(new Flight(0, "ORD", "LAX", 75, 0, 0)));
            String body = http.send(request(port), HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(body)
                    .isEqualTo(
                            "{\"record_count\":2,\"quality_score\":0.5000,\"last_updated\":\"1970-01-01T00:40:00Z\"}");
            assertThatThrownBy(() -> http.send(request(deadPort), HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(ConnectException.class);
        }
    }

    private static Node node(String id, int port) {
        return new Node(
                id,
                Optional.of(URI.create("http://127.0.0.1:" + port)),
                "airports",
                Duration.ofSeconds(5),
                new Place("edge-nodes.yaml", 1, 1));
    }

    private static HttpRequest request(int port) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/data/summary"))
                .build();
    }
}
