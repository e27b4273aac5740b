package io.millrace.local.flights;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.platform.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads flights from a JSON array of objects or a Parquet file with the columns date, delay, distance, origin, destination. */
public final class FlightsFile {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm", Locale.ROOT);

    private FlightsFile() {}

    /**
     * The first {@code limit} flights in the file's order.
     *
     * @throws CommandFailure where it cannot be read; names the row
     */
    public static List<Flight> read(Path file, int limit) {
        if (!Files.isRegularFile(file)) {
            throw CommandFailure.usage("there is no file " + file);
        }
        List<Flight> flights = file.toString().endsWith(".parquet") ? parquet(file, limit) : json(file, limit);
        if (flights.isEmpty()) {
            throw CommandFailure.usage(file + " holds no flights");
        }
        return flights;
    }

    private static List<Flight> json(Path file, int limit) {
        var flights = new ArrayList<Flight>();
        var names = new HashMap<String, String>();
        try (JsonParser parser = new ObjectMapper().createParser(file.toFile())) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw CommandFailure.usage(file + " is neither a JSON array nor named .parquet");
            }
            while (flights.size() < limit && parser.nextToken() == JsonToken.START_OBJECT) {
                JsonNode row = parser.readValueAsTree();
                flights.add(flight(file, flights.size(), row, names));
            }
        } catch (IOException e) {
            throw CommandFailure.failed(file + " cannot be read at row " + flights.size() + ": " + e.getMessage());
        }
        return flights;
    }

    private static Flight flight(Path file, int number, JsonNode row, Map<String, String> names) {
        JsonNode delay = row.path("delay");
        JsonNode distance = row.path("distance");
        String origin = row.path("origin").asText();
        String destination = row.path("destination").asText();
        if (!delay.canConvertToInt() || !distance.canConvertToInt() || origin.isEmpty() || destination.isEmpty()) {
            throw CommandFailure.failed(
                    file + ", row " + number + ": delay, distance, origin or destination is missing");
        }
        try {
            LocalDateTime date = LocalDateTime.parse(row.path("date").asText(), DATE);
            return new Flight(
                    number,
                    names.computeIfAbsent(origin, same -> same),
                    names.computeIfAbsent(destination, same -> same),
                    distance.asInt(),
                    date.toEpochSecond(ZoneOffset.UTC) * 1_000_000,
                    delay.asInt());
        } catch (DateTimeParseException e) {
            throw CommandFailure.failed(file + ", row " + number + ": date must be like 2001/01/31 23:59, was '"
                    + row.path("date").asText() + "'");
        }
    }

    private static List<Flight> parquet(Path file, int limit) {
        var flights = new ArrayList<Flight>();
        var names = new HashMap<String, String>();
        String query = "SELECT origin, destination, CAST(distance AS INTEGER), epoch_us(CAST(date AS TIMESTAMP)),"
                + " CAST(delay AS INTEGER) FROM read_parquet('"
                + file.toString().replace("'", "''") + "') LIMIT " + limit;
        try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duckdb.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                flights.add(new Flight(
                        flights.size(),
                        names.computeIfAbsent(rows.getString(1), same -> same),
                        names.computeIfAbsent(rows.getString(2), same -> same),
                        rows.getInt(3),
                        rows.getLong(4),
                        rows.getInt(5)));
            }
        } catch (SQLException e) {
            throw CommandFailure.failed(file + " cannot be read: " + e.getMessage());
        }
        return flights;
    }
}
