package io.millrace.backing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/** A Postgres server from real binaries on loopback. User {@code postgres}, no password, database {@code postgres}. */
public final class PostgresServer implements AutoCloseable {
    private static final String OPTIONS = "postmaster.opts";

    private final EmbeddedPostgres postgres;

    private PostgresServer(EmbeddedPostgres postgres) {
        this.postgres = postgres;
    }

    /** Starts on a free port; the data under {@code directory} outlives it. */
    public static PostgresServer start(Path directory) {
        return start(directory, Ports.free());
    }

    /**
     * Starts and returns once it answers. A server that was left running on the same folder and port is adopted; a folder whose making was ended half-way is made anew.
     *
     * @throws BackingException where it does not start
     */
    public static PostgresServer start(Path directory, int port) {
        Path data = directory.toAbsolutePath().resolve("data");
        try {
            removeUnfinished(data);
            return new PostgresServer(EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setOverrideWorkingDirectory(
                            directory.toAbsolutePath().resolve("binaries").toFile())
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("unix_socket_directories", "")
                    .setServerConfig("max_connections", "100")
                    .setServerConfig("shared_buffers", "64MB")
                    .setPGStartupWait(Duration.ofSeconds(60))
                    .start());
        } catch (IOException | IllegalStateException e) {
            throw new BackingException("Postgres did not start on port " + port + ": " + e.getMessage(), e);
        }
    }

    /** A folder in which no server ever ran (each writes {@value #OPTIONS} as it starts) is one whose making was ended half-way: no server starts on it, and none has stored anything there. */
    private static void removeUnfinished(Path data) throws IOException {
        if (Files.notExists(data) || Files.exists(data.resolve(OPTIONS))) {
            return;
        }
        try (Stream<Path> all = Files.walk(data)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    public int port() {
        return postgres.getPort();
    }

    /** JDBC address of the database {@code postgres}. */
    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
    }

    @Override
    public void close() {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new BackingException("Postgres did not stop", e);
        }
    }
}
