package io.millrace.edge.rest;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** A gateway without Kafka, on a directory of its own, with short cycles; loopback is allowed for domain airports. */
public final class GatewayProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "millrace.edge.spool.directory", directory(),
                "millrace.edge.spool.checkpoint-interval", "500ms",
                "millrace.edge.allowed-addresses.airports", "127.0.0.0/8",
                "millrace.edge.cycle.interval", "500ms",
                "millrace.edge.cycle.limit", "400ms",
                "millrace.edge.pull.timeout", "300ms",
                "quarkus.grpc.server.test-port", Integer.toString(io.millrace.backing.Ports.free()),
                "quarkus.log.console.json.enabled", "false",
                "kafka.bootstrap.servers", "127.0.0.1:" + io.millrace.backing.Ports.free());
    }

    private static String directory() {
        try {
            return Files.createTempDirectory("edge-gateway").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
