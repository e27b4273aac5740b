package io.millrace.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.millrace.backing.Ports;
import io.millrace.local.platform.Channels;
import io.millrace.local.platform.Service;
import io.millrace.proto.edge.v1.EdgeServiceGrpc;
import io.millrace.proto.edge.v1.GetAggregateRequest;
import io.millrace.proto.edge.v1.GetAggregateResponse;
import io.millrace.proto.edge.v1.Node;
import io.millrace.proto.edge.v1.NodeState;
import io.millrace.proto.edge.v1.RegisterNodesRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Edge nodes of which one is dead, seen through the gateway as a process. */
class EdgeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aDeadNodeStandsInTheAggregateAsAnErrorAndDoesNotFailTheCycle() throws Exception {
        HttpServer alive =
                node("{\"record_count\": 7, \"quality_score\": 0.5, \"last_updated\": \"2026-01-01T00:00:00Z\"}");
        try (var platform = RunningPlatform.start("end-to-end-edge", Map.of("millrace.edge.cycle.interval", "1s"));
                var topics = new Topics(platform.kafka().bootstrapServers());
                Channels channels = platform.channels()) {
            var edge = EdgeServiceGrpc.newBlockingStub(channels.to(Service.EDGE));
            edge.registerNodes(RegisterNodesRequest.newBuilder()
                    .addNodes(node("alive", alive.getAddress().getPort()))
                    .addNodes(node("dead", Ports.free()))
                    .build());

            GetAggregateResponse aggregate = await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(
                            () -> edge.getAggregate(GetAggregateRequest.getDefaultInstance()),
                            answer -> answer.getTotalRecords() == 7 && answer.getNodeDataCount() == 2);

            assertThat(aggregate.getEdgeNodes()).isEqualTo(2);
            assertThat(aggregate.getDataQualityScore()).isEqualTo(0.5);
            assertThat(aggregate.getNodeDataList())
                    .filteredOn(state -> state.getNode().getId().equals("dead"))
                    .singleElement()
                    .satisfies(state -> {
                        assertThat(state.getStatus()).isEqualTo(NodeState.Status.STATUS_ERROR);
                        assertThat(state.getErrorCode()).isNotEmpty();
                    });
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(topics.committed("millrace.edge.aggregates.v1"))
                    .isNotEmpty());
        } finally {
            alive.stop(0);
        }
    }

    private static Node node(String id, int port) {
        return Node.newBuilder()
                .setId(id)
                .setUrl("http://127.0.0.1:" + port)
                .setDomain("airports")
                .setIntervalSeconds(1)
                .build();
    }

    private static HttpServer node(String summary) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/data/summary", exchange -> {
            byte[] body = summary.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        return server;
    }
}
