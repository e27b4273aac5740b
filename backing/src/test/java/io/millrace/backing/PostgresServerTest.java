package io.millrace.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresServerTest {
    @Test
    void dataOutlivesARestart(@TempDir Path directory) throws Exception {
        try (var server = PostgresServer.start(directory);
                Connection connection = DriverManager.getConnection(server.jdbcUrl(), "postgres", "");
                var statement = connection.createStatement()) {
            statement.execute("create table kept as select 42 as answer");
        }
        try (var server = PostgresServer.start(directory);
                Connection connection = DriverManager.getConnection(server.jdbcUrl(), "postgres", "");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select answer from kept")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void aFolderWhoseMakingWasEndedHalfWayIsMadeAnew(@TempDir Path directory) throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        Files.writeString(data.resolve("PG_VERSION"), "18\n");
        Files.writeString(data.resolve("postgresql.conf"), "max_connections = 20\n");
        Files.createDirectories(data.resolve("base/1"));

        try (var server = PostgresServer.start(directory);
                Connection connection = DriverManager.getConnection(server.jdbcUrl(), "postgres", "")) {
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
