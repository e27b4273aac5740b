package io.millrace.edge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.backing.Ports;
import io.millrace.edge.app.Cycle;
import io.millrace.edge.app.GatewayTime;
import io.millrace.edge.app.Ingest;
import io.millrace.edge.app.MemorySpool;
import io.millrace.edge.app.NodeBook;
import io.millrace.edge.app.NodeRegistry;
import io.millrace.edge.app.Nodes;
import io.millrace.edge.domain.Aggregate;
import io.millrace.edge.domain.NodeDraft;
import io.millrace.edge.domain.NodeError;
import io.millrace.edge.domain.NodeState;
import io.millrace.edge.telemetry.EdgeMetrics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One server plays ten thousand nodes: of each hundred, five never answer and five refuse the connection. */
class TenThousandNodesTest {
    private static final Logger LOG = Logger.getLogger(TenThousandNodesTest.class);
    private static final int NODES = 10_000;

    private final Vertx vertx = Vertx.vertx();

    private static final class RealTime implements GatewayTime {
        private final long start = System.nanoTime();

        @Override
        public Instant now() {
            return Instant.parse("2026-01-01T00:00:00Z").plus(uptime());
        }

        @Override
        public Duration uptime() {
            return Duration.ofNanos(System.nanoTime() - start);
        }
    }

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void aCycleOverTenThousandNodesEndsByItsLimitWithEveryNodeAccountedFor() throws Exception {
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setAcceptBacklog(4_096))
                .requestHandler(this::answer)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        var time = new RealTime();
        var spool = new MemorySpool();
        var book = new NodeBook(time, 3);
        var metrics = new EdgeMetrics(new SimpleMeterRegistry());
        register(new NodeRegistry(book, new Nodes.Store(), spool, Nodes.GUARD), server.actualPort());
        var limit = Duration.ofSeconds(60);
        var bounds = new Cycle.Bounds(Duration.ofSeconds(60), limit, Duration.ofSeconds(5), 1_024);
        try (var client = new VertxNodeClient(vertx, Nodes.GUARD, 1_024, 64 << 10, 4)) {
            var cycle = new Cycle(book, client, spool, Optional.empty(), time, metrics, bounds);
            for (int round = 1; round <= 2; round++) {
                Duration start = time.uptime();
                Aggregate aggregate = cycle.run();
                LOG.infof(
                        "cycle %d over %d nodes: %s, %s",
                        round, NODES, time.uptime().minus(start), outcomes(aggregate));

                assertThat(aggregate.nodes()).hasSize(NODES);
                assertThat(outcomes(aggregate))
                        .containsEntry("SUCCESS", 9_000L)
                        .containsEntry("TIMEOUT", 500L)
                        .containsEntry("CONNECT_FAILED", 500L);
                assertThat(aggregate.totalRecords()).isEqualTo(9_000L * 10);
                assertThat(aggregate.quality().getAsDouble()).isEqualTo(0.5);
            }
        }
        assertThat(spool.entries()).hasSize(2 * 9_001);
    }

    @Test
    void pushesGoOnWhileAllNodesHang() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.response())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        var time = new RealTime();
        var spool = new MemorySpool();
        var book = new NodeBook(time, 3);
        var metrics = new EdgeMetrics(new SimpleMeterRegistry());
        var registry = new NodeRegistry(book, new Nodes.Store(), spool, Nodes.GUARD);
        for (int i = 0; i < 100; i++) {
            registry.register(
                    java.util.List.of(Nodes.pulled("n" + i, "http://127.0.0.1:" + server.actualPort() + "/hang")));
        }
        var ingest = new Ingest(book, spool, time, metrics, Duration.ofSeconds(5));
        var bounds = new Cycle.Bounds(Duration.ofSeconds(60), Duration.ofMillis(600), Duration.ofMillis(400), 50);
        try (var client = new VertxNodeClient(vertx, Nodes.GUARD, 50, 64 << 10, 4)) {
            var cycle = new Cycle(book, client, spool, Optional.empty(), time, metrics, bounds);
            var pushed = Thread.ofVirtual().start(() -> ingest.push("n7", () -> Nodes.push(1)));
            Aggregate aggregate = cycle.run();
            pushed.join();

            assertThat(outcomes(aggregate).keySet()).contains("TIMEOUT");
            assertThat(aggregate.nodes().stream().filter(node -> node.counted().isPresent()))
                    .hasSizeLessThanOrEqualTo(1);
            assertThat(book.ledger("n7").received()).isEqualTo(1);
        }
    }

    private void answer(HttpServerRequest request) {
        int node = Integer.parseInt(request.path().substring(2, request.path().indexOf('/', 1)));
        if (node % 100 < 5) {
            // Never answered.
            return;
        }
        request.response()
                .putHeader("Content-Type", "application/json")
                .end("{\"record_count\":10,\"quality_score\":0.5,\"last_updated\":\"2026-01-01T00:00:00Z\",\"node\":"
                        + node + "}");
    }

    private static void register(NodeRegistry registry, int port) {
        int dead = Ports.free();
        var drafts = new ArrayList<NodeDraft>();
        for (int i = 0; i < NODES; i++) {
            int at = i % 100 >= 5 && i % 100 < 10 ? dead : port;
            drafts.add(Nodes.pulled("node-" + i, "http://127.0.0.1:" + at + "/n" + i));
        }
        registry.register(drafts);
    }

    private static Map<String, Long> outcomes(Aggregate aggregate) {
        return aggregate.nodes().stream()
                .collect(Collectors.groupingBy(TenThousandNodesTest::outcome, Collectors.counting()));
    }

    private static String outcome(NodeState node) {
        return node.error()
                .map(NodeError::code)
                .map(Enum::name)
                .orElse(node.status().name());
    }
}
