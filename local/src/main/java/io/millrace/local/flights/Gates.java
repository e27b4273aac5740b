package io.millrace.local.flights;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.local.apply.EdgeNodes;
import io.millrace.local.demo.Surroundings;
import io.millrace.local.platform.CommandFailure;
import io.millrace.local.platform.PortPlan;
import io.millrace.local.replay.Event;
import io.millrace.local.replay.Event.Role;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Simulated edge nodes at airports: each answers {@code GET /data/summary} with how many flights have left its airport in the replay and which
 * share of them has landed. A node of the definition file is {@code gate-<airport>}; one whose id ends in {@code -dead} does not answer.
 */
public final class Gates implements Surroundings {
    private final Map<String, Gate> byAirport = new HashMap<>();
    private final List<HttpServer> servers = new ArrayList<>();

    /**
     * @throws CommandFailure where a node's port is taken
     */
    public Gates(List<EdgeNodes.Node> nodes, PortPlan ports) {
        for (EdgeNodes.Node node : nodes) {
            if (!node.id().endsWith("-dead")) {
                var gate = new Gate();
                byAirport.put(airport(node.id()), gate);
                node.url().ifPresent(url -> servers.add(serve(gate, url, ports)));
            }
        }
    }

    @Override
    public void sent(Event event) {
        Object origin = event.fields().get("origin");
        Gate gate = byAirport.get(String.valueOf(origin));
        if (gate != null) {
            gate.note(event);
        }
    }

    @Override
    public void close() {
        servers.forEach(server -> server.stop(0));
    }

    /** {@code gate-ord} stands at ORD. */
    static String airport(String nodeId) {
        return nodeId.replaceFirst("^gate-", "").toUpperCase(Locale.ROOT);
    }

    private static HttpServer serve(Gate gate, URI url, PortPlan ports) {
        int port = ports.moved(url.getPort());
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            server.createContext("/data/summary", exchange -> answer(exchange, gate.summary()));
            server.start();
            return server;
        } catch (IOException e) {
            throw CommandFailure.missing("port " + port + " of a simulated edge node is taken: " + e.getMessage());
        }
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    /** What a node has seen; written by the replay, read by its server. */
    static final class Gate {
        private long departed;
        private long landed;
        private long latestMicros;

        synchronized void note(Event event) {
            if (event.role() == Role.ASK) {
                departed++;
            } else {
                landed++;
            }
            latestMicros = Math.max(latestMicros, event.micros());
        }

        synchronized String summary() {
            double quality = departed == 0 ? 1 : (double) landed / departed;
            return String.format(
                    Locale.ROOT,
                    "{\"record_count\":%d,\"quality_score\":%.4f,\"last_updated\":\"%s\"}",
                    departed,
                    quality,
                    Instant.EPOCH.plus(latestMicros, ChronoUnit.MICROS));
        }
    }
}
