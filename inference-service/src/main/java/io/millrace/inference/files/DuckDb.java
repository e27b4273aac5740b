package io.millrace.inference.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDriver;

/**
 * Makes DuckDB databases in memory of bounded size that reach no file but those below the folders that they are given, spill to disk, and have one thread: what they write is the same
 * each time.
 *
 * @param memoryBytes what one database may take
 * @param spillBytes what may be spilled to disk
 * @param spill folder for what does not fit
 */
record DuckDb(long memoryBytes, long spillBytes, Path spill) {
    /** A database that reaches the files below these folders. The caller closes it. */
    DuckDBConnection open(List<Path> folders) throws SQLException {
        makeSpill();
        var properties = new Properties();
        properties.setProperty(DuckDBDriver.JDBC_STREAM_RESULTS, "true");
        Connection connection = new DuckDBDriver().connect("jdbc:duckdb:", properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET memory_limit='" + memoryBytes + "B'");
            statement.execute("SET temp_directory=" + literal(spill.toString()));
            statement.execute("SET max_temp_directory_size='" + spillBytes + "B'");
            statement.execute("SET threads=1");
            statement.execute("SET TimeZone='UTC'");
            statement.execute("SET allowed_directories=["
                    + folders.stream()
                            .distinct()
                            .map(folder -> literal(folder.toString()))
                            .collect(Collectors.joining(","))
                    + "]");
            statement.execute("SET enable_external_access=false");
            statement.execute("SET autoinstall_known_extensions=false");
            statement.execute("SET autoload_known_extensions=false");
            statement.execute("SET lock_configuration=true");
            return connection.unwrap(DuckDBConnection.class);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    private void makeSpill() throws SQLException {
        try {
            Files.createDirectories(spill);
        } catch (IOException e) {
            throw new SQLException("the folder for what does not fit into memory cannot be made", e);
        }
    }

    /** A text as SQL. */
    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    /** A file as SQL. */
    static String parquet(Path file) {
        return "read_parquet(" + literal(file.toString()) + ")";
    }

    /** Files, in this order, as SQL. */
    static String parquet(List<Path> files) {
        return files.stream()
                .map(file -> literal(file.toString()))
                .collect(Collectors.joining(",", "read_parquet([", "])"));
    }

    /** A name as SQL. */
    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
