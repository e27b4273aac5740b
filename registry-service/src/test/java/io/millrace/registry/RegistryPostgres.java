package io.millrace.registry;

import io.millrace.backing.Ports;
import io.millrace.backing.PostgresServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A real Postgres for the service under test, which tests may stop and start again on its port. */
public final class RegistryPostgres implements QuarkusTestResourceLifecycleManager {
    private static @Nullable PostgresServer server;
    private static @Nullable Path directory;
    private static int port;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("registry-postgres");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server = PostgresServer.start(directory);
        port = server.port();
        return Map.of(
                "quarkus.datasource.jdbc.url",
                server.jdbcUrl(),
                "quarkus.datasource.username",
                "postgres",
                "quarkus.grpc.server.test-port",
                Integer.toString(Ports.free()),
                "millrace.registry.validation.sql-timeout",
                "1s");
    }

    @Override
    public void stop() {
        goAway();
    }

    static void goAway() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    static void comeBack() {
        if (server == null && directory != null) {
            server = PostgresServer.start(directory, port);
        }
    }
}
