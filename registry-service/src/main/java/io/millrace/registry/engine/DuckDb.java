package io.millrace.registry.engine;

import io.millrace.registry.config.RegistryConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.duckdb.DuckDBDriver;

/** Makes DuckDB databases in memory that can reach nothing but the one file that they are given. */
@ApplicationScoped
public class DuckDb {
    private final RegistryConfig.Validation settings;

    public DuckDb(RegistryConfig config) {
        this.settings = config.validation();
    }

    /** A database that reaches no file. */
    Connection open() throws SQLException {
        return open("");
    }

    /** A database that reaches this file. The caller closes it. */
    Connection open(Path file) throws SQLException {
        return open("SET allowed_paths=[" + literal(file.toString()) + "]");
    }

    /** A folder for this process's files, made where it is missing. */
    Path directory() {
        try {
            return Files.createDirectories(settings.directory());
        } catch (IOException e) {
            throw new UncheckedIOException("the validation folder cannot be made", e);
        }
    }

    /** The order matters: what is locked cannot be set, and paths are allowed before the rest of the file system is closed. */
    private Connection open(String allow) throws SQLException {
        var properties = new Properties();
        properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
        Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET memory_limit='" + settings.memoryLimit().asLongValue() + "B'");
            statement.execute("SET temp_directory=" + literal(directory().toString()));
            statement.execute("SET threads=" + settings.threads());
            statement.execute("SET preserve_insertion_order=true");
            if (!allow.isEmpty()) {
                statement.execute(allow);
            }
            statement.execute("SET enable_external_access=false");
            statement.execute("SET autoinstall_known_extensions=false");
            statement.execute("SET autoload_known_extensions=false");
            statement.execute("SET lock_configuration=true");
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A text as SQL. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A name as SQL. */
    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
